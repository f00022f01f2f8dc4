"""Everything below this folder runs on MicroPython, not here: see tests/desk_bridge.py."""

import os
from pathlib import Path

import pytest

from tests.desk_bridge import DeskFile


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> DeskFile:
    # This hook and not pytest_collect_file: with that one pytest imports the files under CPython
    # as well.
    if os.environ.get("TOMO_MACHINE") == "rv32":
        from tests.rv32.bridge import Rv32File

        return Rv32File.from_parent(parent, path=module_path)
    return DeskFile.from_parent(parent, path=module_path)
