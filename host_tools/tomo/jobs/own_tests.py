"""Tests that lie beside a board.py, run on MicroPython as the checkout's own are."""

import os
import subprocess
from pathlib import Path

from tomo.checkout import ROOT, desk_program
from tomo.errors import MachineRefused, UsageError

_HELP = ("tests/lib", "tests/helpers")


def run_tests(folder: Path, size: int) -> int:
    """Run every test_*.py in `folder`, each in a process of its own; how many files went wrong.

    They see what lies in the folder, the checkout's tests/lib and tests/helpers, and the firmware
    and the desk as they are in the desk program. What they say is on our output.

    Raises UsageError without such a file, MachineRefused without desk program or checkout.
    """
    folder = folder.absolute()
    files = sorted(folder.glob("test_*.py"))
    if not files:
        raise UsageError(f"no test_*.py in {folder}", "docs/porting.md has an example.")
    helps = [ROOT / name for name in _HELP]
    if not all(path.is_dir() for path in helps):
        raise MachineRefused(f"no tests in {ROOT}", "Run the `tomo` of a checkout.")
    path = ":".join([*map(str, (folder, *helps)), ".frozen"])
    command = [str(desk_program(size)), "-X", "heapsize=512k"]
    command += ["-c", "import unittest; unittest.command()"]
    return sum(
        subprocess.run(
            [*command, str(file)], cwd=folder, env=os.environ | {"MICROPYPATH": path}, check=False
        ).returncode
        != 0
        for file in files
    )
