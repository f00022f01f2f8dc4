"""Runs the programs of `proofs/powercut/desk` on desk32, side by side and adds up what they say."""

import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from proofs import on_desk
from proofs.on_desk import ROOT
from proofs.powercut.whole import boots_on

PROGRAMS = Path(__file__).resolve().parent / "desk"
_PATH = (PROGRAMS, ROOT / "boards")
_HEAP = "64m"  # of chips and of what was promised; the node itself has its small one on the desk
# What must be nought, in the order of the report.
BROKEN = (
    "decreases", "inventions", "settings_lost", "identity_lost", "log_chain_breaks",
    "events_lost", "half_hours_lost", "unbootable",
)  # fmt: skip
MOST_MWH = 1_000
# A whole run has seen as many cuts, or it was none.
LEAST_CUTS = 50_000
# Of an ESP32, assumed: a call of the flash driver, caches off meanwhile; 40 MHz, two lines.
_READ_US = 30
_BYTES_A_US = 10


@dataclass(frozen=True)
class Size:
    """How much is done.

    seconds     of write load whose operations are cut
    shards      processes that share them
    sweep       of every so many operations, programs are cut after each byte
    keep        of every so many cuts, the whole firmware boots on what is left
    """

    seconds: int
    shards: int
    sweep: int
    keep: int
    flips: int
    recovery_s: int
    days: int


FULL = Size(2_400, max(2, os.cpu_count() or 1), 20, 400, 10_000, 16_000, 7_305)
SHORT = Size(60, 1, 100, 300, 100, 1_000, 8)

Tell = Callable[[str], None]


def desk(program: str, *arguments: object) -> dict:
    """The JSON object that one of our programs prints."""
    return on_desk.run(PROGRAMS / program, *arguments, heap=_HEAP, folders=_PATH)


def prove(size: Size, seed: int = 1, tell: Tell = lambda _words: None) -> dict:
    """Everything at once; the report. `lines` tells what was broken, if anything was."""
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(size.shards) as pool:
        folder = Path(name)
        # First and alone, as it is timed.
        recovery = desk("recovery.py", seed, size.recovery_s)
        tell("recovery timed")
        years = pool.submit(desk, "years.py", seed, size.days)
        cutting = [
            pool.submit(
                desk, "powercut.py", seed, size.seconds, shard, size.shards, size.sweep, name,
                size.keep,
            )
            for shard in range(size.shards)
        ]  # fmt: skip
        flipping = pool.submit(desk, "flips.py", seed, size.seconds, size.flips)
        cuts = added([one.result() for one in cutting])
        tell(f"{cuts['cuts']} cuts, {cuts['boots']} boots")
        firmware = boots_on(sorted(folder.iterdir()), pool)
        tell(f"{firmware['firmware_boots']} boots of the whole firmware")
        flips = flipping.result()
        tell(f"{flips['flips']} flipped bits")
        report = cuts | recovery | {"recovery_reads_device_ms": _device_ms(recovery)}
        report["firmware_boots"] = firmware["firmware_boots"]
        report["unbootable"] += firmware["unbootable"]
        report["flips"] = flips
        report["years"] = years.result()
        tell(f"{size.days} days")
        report["lines"] += firmware["lines"]
        return report


def _device_ms(recovery: dict) -> float:
    """What the reads of a recovery take on an ESP32, an estimate: see docs/flash.md."""
    reads_us = recovery["recovery_reads_max"] * _READ_US
    return round((reads_us + recovery["recovery_read_bytes_max"] / _BYTES_A_US) / 1_000, 1)


def added(reports: list[dict]) -> dict:
    """Reports of the shards as one. The operations and lives are the same ones in each."""
    total: dict = reports[0] | {"torn_variants": len(reports[0]["torn"])}
    for report in reports[1:]:
        for key in (*BROKEN, "cuts", "second_cuts", "boots"):
            total[key] += report[key]
        for key in ("max_loss_mwh", "max_loss_whole_mwh", "max_loss_with_hold_up_mwh"):
            total[key] = max(total[key], report[key])
        for variant, count in report["torn"].items():
            total["torn"][variant] += count
        total["lines"] += report["lines"]
    return total


def _seen(report: dict) -> dict[str, int]:
    """What must have happened, or the report proves nothing."""
    keys = ("cuts", "second_cuts", "boots", "firmware_boots", "hold_ups")
    counts = {key: report[key] for key in keys}
    counts |= {f"a program or an erase torn: {name}": n for name, n in report["torn"].items()}
    return counts | {
        "flipped bits": report["flips"]["flips"],
        "cuts in years": report["years"]["cuts"],
        "half hours in years": report["years"]["half_hours_checked"],
    }


def broken(report: dict) -> list[str]:
    """What a report says that must not be, in words; empty if all is well."""
    found = [f"nothing was seen of: {key}" for key, seen in _seen(report).items() if not seen]
    for name, part in (("cuts", report), ("flips", report["flips"]), ("years", report["years"])):
        found += [f"{name}: {key} {part[key]}" for key in BROKEN if part[key]]
        found += part["lines"]
    for key, most in (("max_loss_mwh", MOST_MWH), ("max_loss_with_hold_up_mwh", 0)):
        if report[key] > most:
            found.append(f"cuts: {key} {report[key]}")
    most_lost_mwh = report["years"]["most_lost_in_a_cut_mwh"]
    if most_lost_mwh > MOST_MWH:
        found.append(f"years: a cut has cost {most_lost_mwh} mWh")
    return found
