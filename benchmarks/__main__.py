"""Measures everything, prints a table and writes build/bench/bench.json."""

import json
import platform
import sys

from rich.console import Console
from rich.table import Table

from benchmarks import flash, load, memory, speed
from benchmarks.on_desk import ROOT, run


def main() -> None:
    """Run all parts in turn; a part that cannot run ends the program with its output."""
    results = {
        "machine": {"processor": platform.processor() or platform.machine()},
        "heap": memory.measure(),
        "load": load.measure(),
        "control_cycle": run("control_cycle.py"),
        "virtual_time": speed.virtual_time(),
        "codec": speed.codec(),
        "flash": flash.measure(),
    }
    target = ROOT / "build" / "bench" / "bench.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(results, indent=2) + "\n")
    Console().print(_table(results))
    print(f"{target.relative_to(ROOT)} written; docs/benchmarks.md tells how to read it")


def _table(results: dict) -> Table:
    table = Table("what", "measured", "aim")
    for board, heap in results["heap"].items():
        met = heap["frozen_bytes"] <= heap["aim_frozen_bytes"]
        aim = _aim(f"<= {heap['aim_frozen_bytes']} B", met)
        table.add_row(f"heap of {board}, frozen", f"{heap['frozen_bytes']} B", aim)
        table.add_row(f"heap of {board}, .mpy from littlefs", f"{heap['loaded_mpy_bytes']} B", "")
    table.add_row("and MicroPython's asyncio, in each", f"{heap['asyncio_bytes']} B", "")
    for board, seen in results["load"].items():
        free, aim = seen["largest_free_bytes"], seen["aim_largest_free_bytes"]
        met = free >= aim and not seen["faults"]
        words = f"{free} B, {seen['faults']} faults"
        table.add_row(f"a day under load, {board}: piece free", words, _aim(f">= {aim} B", met))
    cycle = results["control_cycle"]
    turn_us = cycle["turn_us"]
    for name, words in (("quiet", "quiet control cycle"), ("first_cut", "cycle of the first cut")):
        spent_us = cycle[f"{name}_us"]
        turns = f"{spent_us:.1f} us = {spent_us / turn_us:.0f} loop turns"
        table.add_row(words, turns, "")
        taken = cycle[f"{name}_bytes"]
        table.add_row(f"{words}, allocated", f"{taken} B", _aim("0 B", taken == 0))
    for board, rate in results["virtual_time"].items():
        aim = _aim(f">= {rate['aim']}", rate["virtual_s_per_s"] >= rate["aim"])
        table.add_row(f"virtual s per real s, {board}", str(rate["virtual_s_per_s"]), aim)
    codec = results["codec"]
    table.add_row("frames a second, desk32", str(codec["desk32_frames_per_s"]), "")
    table.add_row("frames a second, our codec on CPython", str(codec["cpython_frames_per_s"]), "")
    _add_flash(table, results["flash"])
    pychonet = str(codec["pychonet_cpython_frames_per_s"])
    table.add_row("frames a second, pychonet on CPython", pychonet, "")
    return table


def _add_flash(table: Table, flash: dict) -> None:
    years = f"{flash['years']} years"
    met = flash["years"] >= flash["aim_years"]
    table.add_row("life of the flash, busy node", years, _aim(f">= {flash['aim_years']}", met))
    erases = flash["erases_by_sector_and_year"]["registers"]
    table.add_row("erases by sector of registers and year", str(erases), "")
    for name, words in (("registers", "saving seven registers"), ("half_hour", "a half hour")):
        taken = flash["append"][name]["bytes"]
        table.add_row(f"{words}, allocated", f"{taken:.0f} B", _aim("0 B", taken == 0))
    taken = flash["append"]["event"]["bytes"]
    table.add_row("an event, allocated and given back", f"{taken:.0f} B", "")


def _aim(words: str, met: bool) -> str:
    return words if met else f"[red]{words} MISSED[/red]"


if __name__ == "__main__":
    sys.exit(main())
