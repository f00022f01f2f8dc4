"""Counts, prints a table and writes build/budget.json; with RENEW=1 keeps the figures."""

import json
import os
import sys
from collections.abc import Mapping

from rich.console import Console
from rich.table import Table

from bootstrap import rv32
from proofs.budget import gate, on_desk, ratio
from proofs.budget.on_rv32 import ROOT, run

# Loads of the sub-meter: the outage has to open them all.
_RELAYS = 6
_IP = "192.168.10.11"


def main() -> int:
    """1 if an operation has grown or the reaction is too long; which, is told after the table."""
    compiler = rv32.compiler()
    node = run("node")
    stack = run("stack", _IP)
    if not stack["answered"]:
        print("no request was answered while the stack was measured", file=sys.stderr)
        return 1
    instructions = run("rooms")["counts"] | node["counts"]
    counted = instructions | stack["counts"]
    desk = {
        build: on_desk.run("rooms", build)["counts"] | on_desk.run("node", build)["counts"]
        for build in ratio.KNOWN
    }
    ratios = {build: ratio.ratios(instructions, counts) for build, counts in desk.items()}
    if node["opened"] != _RELAYS:
        print(f"the outage opened {node['opened']} relays, of {_RELAYS}", file=sys.stderr)
        return 1
    if os.environ.get("RENEW"):
        gate.renew(compiler, counted)
        print(f"{gate.FIGURES.relative_to(ROOT)} renewed for {compiler}: commit it with its cause")
    kept = gate.read(compiler)
    rows = gate.rows(counted, kept)
    wrong = gate.wrong(rows)
    uncosted = [
        line for build in ratios for line in ratio.wrong(ratios[build], instructions, build)
    ]
    report = {"compiler": compiler, "instructions": counted, "kept": kept}
    report |= {"desk": desk, "ratios": ratios, "wrong": wrong + uncosted}
    target = ROOT / "build" / "budget.json"
    target.write_text(json.dumps(report, indent=2) + "\n")
    Console().print(_table(rows, compiler, ratios))
    print(f"{target.relative_to(ROOT)} written; docs/benchmarks.md tells how to read it")
    for line in wrong:
        print(f"over budget: {line}", file=sys.stderr)
    for line in uncosted:
        print(f"costed clock: {line}", file=sys.stderr)
    if wrong:
        print("if it is meant, `make budget RENEW=1` in the same commit", file=sys.stderr)
    return 1 if wrong or uncosted else 0


def _table(rows: list[gate.Row], compiler: str, ratios: Mapping[str, Mapping[str, float]]) -> Table:
    told = (f"instructions, {compiler}", "kept", "change", "at most")
    table = Table("operation", *told, *(f"of {build}" for build in ratios))
    for row in rows:
        change = "" if row.change_percent is None else f"{row.change_percent:+.1f} %"
        most = _number(gate.MOST.get(row.name))
        style = "red" if row.wrong() else None
        costed = (
            f"{found[row.name]:.2f}" if row.name in found else "" for found in ratios.values()
        )
        figures = (_number(row.counted), _number(row.kept), change, most, *costed)
        table.add_row(row.name, *figures, style=style)
    return table


def _number(count: int | None) -> str:
    return "" if count is None else f"{count:,}"


if __name__ == "__main__":
    sys.exit(main())
