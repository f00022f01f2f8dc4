"""The commands that README.md shows are run as they stand there, but for the node's address.

`make test` is what runs this file, and CI runs it in a fresh clone. A command that the README
gains and that is not in TRIED makes the first test fail.
"""

import json
import os
import re
import shlex
import signal
import subprocess
import threading
from contextlib import contextmanager

import pytest

from tests.desk_bridge import ROOT
from tests.node.desk_nodes import seats

LIMIT_S = 240
ADDRESS = "127.0.0.11"
# How each command is tried here.
TRIED = {
    "make run": "test_blackout.py",
    "make test": "",
    f"make desk BOARD=submeter6 IP={ADDRESS}": "the node of the other commands",
    "build/venv/bin/tomo node ls": "with --json",
    f"build/venv/bin/tomo node read {ADDRESS}": "as it is",
    "build/venv/bin/tomo node watch --json": "with an address and a limit",
    f"build/venv/bin/tomo node status build/desk/submeter6-{ADDRESS}": "of its own node",
    f"build/venv/bin/tomo node why build/desk/submeter6-{ADDRESS} 1": "likewise",
    f"build/venv/bin/tomo doctor build/desk/submeter6-{ADDRESS}": "likewise, with --json",
    f"build/venv/bin/tomo registers dump build/desk/submeter6-{ADDRESS}": "as it is",
    f"build/venv/bin/tomo settings set build/desk/submeter6-{ADDRESS} island_limit_w 1200": "",
    "build/venv/bin/tomo settings list": "test_settings.py",
    "build/venv/bin/tomo site check examples/site.toml": "test_site_file.py",
    "build/venv/bin/tomo site check examples/site.toml --live": "test_site_live.py",
    "build/venv/bin/tomo provision /dev/ttyUSB0 --site examples/site.toml --node house": (
        "test_provision.py"
    ),
    "build/venv/bin/tomo replace /dev/ttyUSB0 --site examples/site.toml --node house"
    " --reading 2=4711000/120": "test_replace.py",
    "build/venv/bin/tomo wipe /dev/ttyUSB0 --confirm TM-000101": "test_provision.py",
    "build/venv/bin/tomo inventory ls": "test_inventory.py",
    "build/venv/bin/tomo label house --site examples/site.toml --out house.png": "test_label.py",
    "build/venv/bin/tomo commission /dev/ttyUSB0 --site examples/site.toml --node house": (
        "test_commission.py"
    ),
    "build/venv/bin/tomo points list": "test_points.py",
    "build/venv/bin/tomo registers start /dev/ttyUSB0 2 4711000": "test_registers_commands.py",
    "make powercut": "its short form: test_powercut.py",
}


def shown():
    """Commands of the README's shell blocks, without comments."""
    text = (ROOT / "README.md").read_text()
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [line.partition("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


def environment():
    # Not the make that runs this test, nor its flags.
    return {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}


def run(command):
    return subprocess.run(
        shlex.split(command),
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


@contextmanager
def booted(ip):
    """`make desk`, as the README shows it, has booted a node at `ip`."""
    process = subprocess.Popen(
        shlex.split(f"make desk BOARD=submeter6 IP={ip}"),
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    watchdog = threading.Timer(LIMIT_S, os.killpg, (process.pid, signal.SIGKILL))
    watchdog.start()
    try:
        assert process.stdout
        for line in process.stdout:
            if line.startswith("{") and json.loads(line)["event"] == "ready":
                break
        yield
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.communicate()
        watchdog.cancel()


@pytest.fixture(scope="module")
def address(desk32):  # noqa: ARG001 (skips where nothing is built)
    """Where a node serves while the tests ask it."""
    ip = seats(1)[0]
    with booted(ip):
        yield ip


@pytest.fixture(scope="module")
def folder(desk32):  # noqa: ARG001 (skips where nothing is built)
    """The folder of a node that was ended, with its chip."""
    ip = seats(1)[0]
    with booted(ip):
        pass
    return f"build/desk/submeter6-{ip}"


def test_every_command_shown_is_tried():
    assert set(shown()) == set(TRIED)


def test_node_ls_finds_the_node(address):
    done = run("build/venv/bin/tomo node ls --from 127.0.0.1 --json")
    # Status 3 tells that another test's node ended while it was asked; ours is listed all the same.
    assert done.returncode in (0, 3), done.stderr
    assert address in {json.loads(line)["ip"] for line in done.stdout.splitlines()}


def test_node_read_shows_the_branches(address):
    done = run(f"build/venv/bin/tomo node read {address}")
    assert done.returncode == 0, done.stderr
    assert "028D06" in done.stdout


def test_node_watch_tells_values(address):
    done = run(f"build/venv/bin/tomo node watch {address} --json --for 2")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()
    assert all(json.loads(line)["ip"] == address for line in done.stdout.splitlines())


def test_node_status_and_why_ask_its_console(address):
    status = run(f"build/venv/bin/tomo node status build/desk/submeter6-{address}")
    assert status.returncode == 0, status.stderr
    assert "watchdog_feeds" in status.stdout
    why = run(f"build/venv/bin/tomo node why build/desk/submeter6-{address} 1")
    assert why.returncode == 0, why.stderr
    assert " is on " in why.stdout or " is off " in why.stdout


def test_doctor_finds_no_fault_with_it(address):
    done = run(f"build/venv/bin/tomo doctor build/desk/submeter6-{address} --json")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    of_node = [one for one in told if one["check"].endswith(address)]
    assert of_node[0]["found"].startswith("submeter6, ")
    # Nobody has given it an identity; it is in a network, and its clock is set.
    assert [one["found"].partition(":")[0] for one in of_node[1:]] == ["identity blank"]
    assert done.returncode == int(any(one["state"] == "fail" for one in told))


def test_registers_dump_shows_the_counters_of_a_chip(folder):
    done = run(f"build/venv/bin/tomo registers dump {folder}")
    assert done.returncode == 0, done.stderr
    assert "power-on" in done.stdout


def test_settings_set_changes_what_the_node_keeps(folder):
    done = run(f"build/venv/bin/tomo settings set {folder} island_limit_w 1200")
    assert done.returncode == 0, done.stderr
    kept = run(f"build/venv/bin/tomo settings export {folder}")
    assert "1200" in kept.stdout
