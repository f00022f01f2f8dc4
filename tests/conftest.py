"""What several kinds of test share."""

from pathlib import Path

import pytest

from tests.desk_bridge import ROOT, program

pytest_plugins = ["pytester"]


@pytest.fixture(scope="session")
def repo() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def desk32() -> Path:
    """The 32-bit desk build. What needs it is skipped where it has not been built."""
    path = program("desk32")
    if not path.exists():
        pytest.skip("no desk32 in build/; run `make setup`")
    return path
