"""What several kinds of test share."""

import gc
import os
import signal
import sys
from pathlib import Path

import hypothesis
import pytest

from tests.desk_bridge import ROOT, program

pytest_plugins = ["pytester"]

# The same examples on every run and machine: what fails here fails there.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")


# Started with SIGINT ignored, as by `nohup` and many CI systems, all that the tests start would
# ignore it as well; what is caught here is at its default there.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Some containers say that no Python may keep its bytecode. The tests start `tomo` some dozens of
# times, which would compile all of it each time, a third of what it then takes.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_collection_finish() -> None:
    """What was collected stays to the end: no search for garbage need look through it again."""
    gc.freeze()


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
