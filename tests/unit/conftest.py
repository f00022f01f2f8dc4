"""Everything below this folder runs on MicroPython, not here: see tests/desk_bridge.py."""

from pathlib import Path

import pytest

from tests.desk_bridge import DeskFile


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> DeskFile:
    # This hook and not pytest_collect_file: with that one pytest imports the files under CPython
    # as well.
    return DeskFile.from_parent(parent, path=module_path)
