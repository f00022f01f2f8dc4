"""Races 1,000 copies of a settled sub-meter, prints what broke and writes build/races.json."""

import json
import os
import time

from proofs.on_desk import ROOT
from proofs.races.run import race

_COPIES = 1_000


def main() -> None:
    """Ends with status 1 if something was wrong."""
    began = time.monotonic()
    print(f"{_COPIES} copies take some thirty minutes on two cores")
    report = race(1, _COPIES, os.cpu_count() or 1)
    target = ROOT / "build" / "races.json"
    target.write_text(json.dumps(report, indent=2) + "\n")
    for line in report["first"]:
        print(line)
    print(
        f"{report['copies']} copies, {report['strikes']} control cycles in the midst of jobs, "
        f"{report['wrong']} copies wrong in {time.monotonic() - began:.0f} s; "
        f"{target.relative_to(ROOT)} written"
    )
    raise SystemExit(bool(report["wrong"]))


main()
