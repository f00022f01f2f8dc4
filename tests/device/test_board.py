"""A board on a serial port, from its chip to its counters; skipped unless TOMO_DEVICE names it.

`make device PORT=… BOARD=… IMAGE=…` runs it, and docs/hardware-team.md tells what it needs. The
port may be a virtual board's. Nothing is erased: identity and counters stay what they are.
"""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

PORT = os.environ.get("TOMO_DEVICE", "")
BOARD = os.environ.get("TOMO_DEVICE_BOARD", "")
IMAGE = os.environ.get("TOMO_DEVICE_IMAGE", "")
TOMO = str(Path(sys.executable).with_name("tomo"))
# A chip that loads its firmware from files is the slowest to start.
START_S = 30.0
FLASH_S = 300
OTHER = "tomo device test"
ENERGY = ("energy_import", "energy_export")

pytestmark = pytest.mark.skipif(
    not PORT, reason="TOMO_DEVICE names no port of a board: docs/hardware-team.md"
)


def tomo(*words, timeout=60):
    """What `tomo` prints; it has to end with status 0."""
    done = subprocess.run(
        [TOMO, *map(str, words)], capture_output=True, text=True, timeout=timeout, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def flash():
    """One board's part of the summary of `tomo flash`."""
    words = ["--board", BOARD, "--image", IMAGE, "--json", "--watch", START_S, PORT]
    summary = json.loads(tomo("flash", *words, timeout=FLASH_S).splitlines()[-1])
    (board,) = summary["boards"]
    return board


def ask(command, event, fits=None, answer_s=START_S):
    # Imported here: where all is skipped, nothing of it is needed.
    from tomo.transport.console import open_console

    with open_console(PORT, answer_s) as console:
        return console.ask(command, event, fits)


def answering():
    """What `status` says, as soon as the node answers: opening its port may have reset it."""
    from tomo.errors import NodeSilent, NodeWrong

    until = time.monotonic() + START_S
    while True:
        try:
            return ask("status", "status", answer_s=2.0)
        except (NodeSilent, NodeWrong):
            if time.monotonic() > until:
                raise


def reset():
    """By command, and up again: what it says as it starts."""
    answering()
    started = ask("reboot", "started", lambda told: told.get("reset") == "commanded")
    answering()
    return started


def counters():
    """What only grows, by part and number; of registers, but read in a second by name."""
    status = answering()
    found = {("node", 1, name): status[name] for name in ("boots", "events")}
    for line in tomo("node", "read", PORT, "--json").splitlines():
        one = json.loads(line)
        if one["name"] in ENERGY and one["value"] is not None:
            found[one["part"], one["number"], one["name"]] = one["value"]
    return found


def shrunk(before, after):
    """What is less than it was, or gone: (was, is)."""
    return {
        each: (was, after.get(each)) for each, was in before.items() if after.get(each, -1) < was
    }


def name():
    lines = map(json.loads, tomo("settings", "show", PORT, "--json").splitlines())
    return next(one["value"] for one in lines if one["key"] == "name")


def identity():
    told = ask("identity", "identity")
    return told["state"], told["document"]


@pytest.fixture(scope="module")
def image():
    """Skips what flashes, unless both are named."""
    if not (BOARD and IMAGE):
        pytest.skip("TOMO_DEVICE_BOARD and TOMO_DEVICE_IMAGE name no board and image to flash")


@pytest.fixture(scope="module")
def flashed(image):  # noqa: ARG001 (skips where none is named)
    """With the image in it, whatever was there."""
    return flash()


@pytest.fixture(scope="module")
def node(request):
    """A node that answers; flashed before, if an image is named."""
    if BOARD and IMAGE:
        request.getfixturevalue("flashed")
    return answering()


@pytest.fixture
def renamed(node):  # noqa: ARG001 (it has to answer)
    """A setting that harms nothing has another value; the old one is put back."""
    before = name()
    tomo("settings", "set", PORT, "name", OTHER)
    yield
    answering()
    tomo("settings", "set", PORT, "name", before)


def test_its_chip_tells_what_it_is():
    command = [sys.executable, "-m", "esptool", "--port", PORT, "flash-id"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ESP32" in done.stdout
    (flash_mb,) = re.findall(r"Detected flash size: (\d+)MB", done.stdout)
    assert int(flash_mb) >= 4


def test_it_is_flashed_verified_and_starts(flashed):
    assert flashed["verdict"] in ("written", "unchanged"), flashed
    assert flashed["starts"] == "yes", flashed
    assert json.loads(flashed["last_line"])["event"] == "started"


def test_it_says_how_it_is(node):
    assert not BOARD or node["board"] == BOARD
    assert node["storage"] == "whole"
    assert (node["flash_faults"], node["broken_cycles"]) == (0, 0)
    assert node["heap_lowest"] > 0
    shown = json.loads(tomo("node", "status", PORT, "--json"))
    assert shown["cycles"] > 0


def test_it_starts_again_when_told_and_counts_it(node):
    boots = answering()["boots"]
    assert reset()["event"] == "started"
    again = answering()
    assert again["boots"] == boots + 1
    assert again["board"] == node["board"]


@pytest.mark.usefixtures("renamed")
def test_a_setting_is_still_there_after_a_reset():
    reset()
    assert name() == OTHER


@pytest.mark.usefixtures("node")
def test_counters_do_not_decrease_over_a_reset():
    before = counters()
    reset()
    after = counters()
    assert not shrunk(before, after)
    assert after["node", 1, "boots"] == before["node", 1, "boots"] + 1


@pytest.mark.usefixtures("renamed")
def test_flashing_the_same_image_again_writes_nothing_and_loses_nothing(flashed):
    own = identity()
    before = counters()
    again = flash()
    assert (again["verdict"], again["starts"]) == ("unchanged", "yes"), again
    assert (again["mac"], again["erased"]) == (flashed["mac"], [])
    assert not shrunk(before, counters())
    assert name() == OTHER
    assert identity() == own
