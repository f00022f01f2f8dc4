"""Measures everything, prints a table and writes build/bench/bench.json; 1 if an aim is missed."""

import json
import platform
import sys

from rich.console import Console
from rich.table import Table

from benchmarks import deploy, flash, load, memory, provision, reaction, speed
from benchmarks.on_desk import ROOT

AIM_STORES_BYTES = 4_096  # registers, half hours, event log; settings and identity keep none
AIM_KEYED_EVENT_BYTES = 512  # two SHA-256 and their digests, given back


def main() -> int:
    """Run all parts in turn; a part that cannot run ends the program with its output.

    Returns 1 if an aim is missed; which, is told on standard error after the table.
    """
    results = {
        "machine": {"processor": platform.processor() or platform.machine()},
        "heap": memory.measure(),
        "load": load.measure(),
        "control_cycle": speed.control_cycle(),
        "virtual_time": speed.virtual_time(),
        "codec": speed.codec(),
        "flash": flash.measure(),
        "deploy": deploy.measure(),
        "provision": provision.measure(),
        "reaction": reaction.measure(),
    }
    target = ROOT / "build" / "bench" / "bench.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(results, indent=2) + "\n")
    table = _Table()
    _fill(table, results)
    Console().print(table.shown)
    print(f"{target.relative_to(ROOT)} written; docs/benchmarks.md tells how to read it")
    for missed in table.missed:
        print(f"aim missed: {missed}", file=sys.stderr)
    return 1 if table.missed else 0


class _Table:
    """Rows of what was measured, and what missed its aim."""

    def __init__(self) -> None:
        self.shown = Table("what", "measured", "aim")
        self.missed: list[str] = []

    def add(self, what: str, measured: str, aim: str = "", met: bool = True) -> None:
        self.shown.add_row(what, measured, aim if met else f"[red]{aim} MISSED[/red]")
        if not met:
            self.missed.append(f"{what}: {measured}, aim {aim}")


def _fill(table: _Table, results: dict) -> None:
    for board, heap in results["heap"].items():
        taken, aim = heap["frozen_bytes"], heap["aim_frozen_bytes"]
        table.add(f"heap of {board}, frozen", f"{taken} B", f"<= {aim} B", taken <= aim)
        stores = heap["parts"]["data of storage"]
        met = stores <= AIM_STORES_BYTES
        table.add("  what is kept in flash", f"{stores} B", f"<= {AIM_STORES_BYTES} B", met)
        small = heap["small"]
        for key, words in (("free", "free"), ("largest_free", "largest free piece")):
            left, aim = small[f"{key}_bytes"], small[f"aim_{key}_bytes"]
            table.add(f"  in 64 KiB, {words}", f"{left} B", f">= {aim} B", left >= aim)
        for part, size in heap["parts"].items():
            table.add(f"  {part}", f"{size} B")
        table.add(f"heap of {board}, .mpy from littlefs", f"{heap['loaded_mpy_bytes']} B")
    table.add("and MicroPython's asyncio, in each", f"{heap['asyncio_bytes']} B")
    for board, seen in results["load"].items():
        free, aim = seen["largest_free_bytes"], seen["aim_largest_free_bytes"]
        words = f"{free} B, {seen['faults']} faults"
        met = free >= aim and not seen["faults"]
        table.add(f"a day under load, {board}: piece free", words, f">= {aim} B", met)
    cycle = results["control_cycle"]
    for name, words in (("quiet", "quiet control cycle"), ("first_cut", "cycle of the first cut")):
        spent_us = cycle[f"{name}_us"]
        table.add(words, f"{spent_us:.1f} us = {spent_us / cycle['turn_us']:.0f} loop turns")
        taken = cycle[f"{name}_bytes"]
        table.add(f"{words}, allocated", f"{taken} B", "0 B", taken == 0)
    for board, rate in results["virtual_time"].items():
        reached, aim = rate["virtual_s_per_s"], rate["aim"]
        table.add(f"virtual s per real s, {board}", str(reached), f">= {aim}", reached >= aim)
    codec = results["codec"]
    table.add("frames a second, desk32", str(codec["desk32_frames_per_s"]))
    table.add("frames a second, our codec on CPython", str(codec["cpython_frames_per_s"]))
    table.add("frames a second, pychonet on CPython", str(codec["pychonet_cpython_frames_per_s"]))
    _fill_flash(table, results["flash"])
    _fill_deploy(table, results["deploy"])
    took_s, aim_s = results["provision"]["median_s"], results["provision"]["aim_s"]
    table.add("a node provisioned", f"{took_s} s", f"< {aim_s:g} s", took_s < aim_s)
    for meanwhile, row in results["reaction"].items():
        worst_ms, aim_ms = row["worst_ms"], row["aim_ms"]
        aim = "" if aim_ms is None else f"<= {aim_ms} ms"
        met = aim_ms is None or worst_ms <= aim_ms
        table.add(f"reaction, {meanwhile}", f"{worst_ms} ms", aim, met)


def _fill_flash(table: _Table, flash: dict) -> None:
    years, aim = flash["years"], flash["aim_years"]
    table.add("life of the flash, 6 circuits of 500 W", f"{years} years", f">= {aim}", years >= aim)
    for row in flash["registers"]:
        told = (
            f"{row['records_a_sector']} records and {row['sector_s']} s a sector, "
            f"{row['erases_by_sector_and_year']} erases a year, {row['years']} years"
        )
        table.add(f"  registers, {row['circuits']} circuits of {row['watts']} W", told)
    for name, words in (("registers", "saving seven registers"), ("half_hour", "a half hour")):
        taken = flash["append"][name]["bytes"]
        table.add(f"{words}, allocated", f"{taken:.0f} B", "0 B", taken == 0)
    taken = flash["append"]["event"]["bytes"]
    table.add("an event, allocated and given back", f"{taken:.0f} B")
    taken, aim = flash["append"]["keyed_event"]["bytes"], AIM_KEYED_EVENT_BYTES
    table.add("one under the node's key", f"{taken:.0f} B", f"<= {aim} B", taken <= aim)


def _fill_deploy(table: _Table, seen: dict) -> None:
    for name, words, baud in (
        ("as_image", "as an image", deploy.IMAGE_BAUD),
        ("as_files", "file by file, by mpremote", deploy.FILES_BAUD),
    ):
        way = seen[name]
        wire = f"{deploy.on_a_wire(way, baud):.1f} s at {baud} baud"
        told = f"{wire}: {way['bytes_to_board']} B, {way['round_trips']} round trips"
        table.add(f"the application, {words}", told)
    for name, words, aim in (
        ("fewer_round_trips", "fewer round trips", deploy.AIM_FEWER),
        ("faster", "times as fast", deploy.AIM_FASTER),
    ):
        table.add(f"  {words}", str(seen[name]), f">= {aim}", seen[name] >= aim)
    table.add("an image built", f"{seen['image_build_s']} s")
    spent = f"{seen['one_board_s']} and {seen['eight_boards_s']} s"
    table.add(f"one board flashed, and {deploy.COUNT}", spent)


if __name__ == "__main__":
    sys.exit(main())
