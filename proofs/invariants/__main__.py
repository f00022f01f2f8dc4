"""Drives 4,000 sequences, prints what broke and writes build/invariants.json."""

import json
import os
import time

from proofs.invariants.run import drive
from proofs.on_desk import ROOT

_SEQUENCES = 4_000


def main() -> None:
    """Ends with status 1 if an invariant was broken."""
    began = time.monotonic()
    print(f"{_SEQUENCES} sequences take some sixteen minutes on two cores")
    report = drive(1, _SEQUENCES, os.cpu_count() or 1)
    target = ROOT / "build" / "invariants.json"
    target.write_text(json.dumps(report, indent=2) + "\n")
    for line in report["first"]:
        print(line)
    print(
        f"{report['sequences']} sequences, {report['steps']} cycles, "
        f"{report['violations']} violations in {time.monotonic() - began:.0f} s; "
        f"{target.relative_to(ROOT)} written"
    )
    raise SystemExit(bool(report["violations"]))


main()
