"""Tests that lie beside a board.py, run on MicroPython as the checkout's own are."""

import os
import subprocess
from pathlib import Path

from tomo.checkout import ROOT, desk_program
from tomo.errors import MachineRefused, UsageError

# The frozen firmware's numbers have no names, which a test wants to use.
_BESIDE = (
    "tests/lib", "tests/helpers", "firmware", "stubs/shims", "stubs/unix", "stubs/chips",
)  # fmt: skip


def run_tests(folder: Path, size: int) -> int:
    """Run every test_*.py in `folder`, each in a process of its own; how many files went wrong.

    They see what lies in the folder, and of the checkout tests/lib, tests/helpers, the firmware
    and the desk. What they say is on our output.

    Raises UsageError without such a file, MachineRefused without desk program or checkout.
    """
    folder = folder.absolute()
    files = sorted(folder.glob("test_*.py"))
    if not files:
        raise UsageError(f"no test_*.py in {folder}", "docs/porting.md has an example.")
    beside = [ROOT / name for name in _BESIDE]
    if not all(path.is_dir() for path in beside):
        raise MachineRefused(f"no tests in {ROOT}", "Run the `tomo` of a checkout.")
    path = ":".join([*map(str, (folder, *beside)), ".frozen"])
    command = [str(desk_program(size)), "-X", "heapsize=512k"]
    command += ["-c", "import unittest; unittest.command()"]
    return sum(
        subprocess.run(
            [*command, str(file)], cwd=folder, env=os.environ | {"MICROPYPATH": path}, check=False
        ).returncode
        != 0
        for file in files
    )
