"""Cuts the power everywhere, prints what came of it and writes build/powercut.json."""

import json
import time

from rich.console import Console
from rich.table import Table

from proofs.powercut.run import BROKEN, FULL, LEAST_CUTS, MOST_MWH, ROOT, broken, prove


def main() -> None:
    """Ends with status 1 if anything was lost that is promised to be kept."""
    began = time.monotonic()
    console = Console()

    def tell(words: str) -> None:
        console.print(f"[dim]{time.monotonic() - began:6.0f} s[/dim]  {words}", highlight=False)

    tell("takes long: half an hour and more on two busy cores")
    report = prove(FULL, tell=tell)
    target = ROOT / "build" / "powercut.json"
    target.write_text(json.dumps(report, indent=2) + "\n")
    console.print(_table(report))
    wrong = broken(report)
    if report["cuts"] < LEAST_CUTS:
        wrong.append(f"only {report['cuts']} cuts, of {LEAST_CUTS}")
    for line in wrong:
        console.print(line, style="red", highlight=False)
    console.print(f"{target.relative_to(ROOT)} written; docs/flash.md tells how to read it")
    raise SystemExit(bool(wrong))


def _table(report: dict) -> Table:
    table = Table("what", "measured", "aim")
    for key in (
        "operations",
        "cuts",
        "second_cuts",
        "torn_variants",
        "boots",
        "firmware_boots",
        "lives",
    ):
        aim = f">= {LEAST_CUTS}" if key == "cuts" else ""
        table.add_row(key.replace("_", " "), str(report[key]), aim)
    for key in BROKEN:
        table.add_row(key.replace("_", " "), str(report[key]), "0")
    table.add_row("most lost in a cut, of a branch", f"{report['max_loss_mwh']} mWh", str(MOST_MWH))
    with_hold_up = f"{report['max_loss_with_hold_up_mwh']} mWh"
    table.add_row(f"the same with hold-up ({report['hold_ups']} times)", with_hold_up, "0")
    laps = ", ".join(f"{label} {count}" for label, count in report["laps"].items())
    table.add_row("erases of the most worn sector", laps, "")
    table.add_row("recovery on desk32, at most", f"{report['recovery_ms_max']:.1f} ms", "")
    reads = f"{report['recovery_reads_max']}, {report['recovery_read_bytes_max']} bytes"
    table.add_row("and flash reads for it, at most", reads, "")
    device = f"{report['recovery_reads_device_ms']} ms"
    table.add_row("which an ESP32 does in about", device, "")
    flips, years = report["flips"], report["years"]
    table.add_row("flipped bits", str(flips["flips"]), "")
    table.add_row("that cost more than a record", str(sum(flips[key] for key in BROKEN)), "0")
    table.add_row("days with a cut each", str(years["days"]), "")
    table.add_row("most lost in one", f"{years['most_lost_in_a_cut_mwh']} mWh", str(MOST_MWH))
    table.add_row("half hours checked", str(years["half_hours_checked"]), "")
    table.add_row("broken in these years", str(sum(years[key] for key in BROKEN)), "0")
    return table


main()
