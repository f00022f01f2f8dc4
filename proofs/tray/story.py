"""Eight boards, two of them faulty: flashed at once, found, and one driven through an outage.

All by the commands that a technician has; those that flash are processes of their own.
"""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import serial
from typer.testing import CliRunner

from proofs.tray.bench import Bench
from tests.host.stock_images import stock
from tomo.cli.app import app
from tomo.flashing.loader import Garbled
from tomo.flashing.records import UNCHANGED, WRITTEN
from tomo.virtual.faults import FAULTS

BOARD = "submeter6"
COUNT = 8
FAULTY = {3: "wrong-chip", 6: "bad-sector"}
REASONS = {3: "ESP32-S3", 6: "0x10000"}
FIRST_IP = "127.0.0.81"
NETWORK = {"wifi_ssid": "desk"}
# So that the outage does not have to wait long, and one load of 100 W is too much in it. The hold
# time comes last: a load may close then at once, and for ten seconds nothing is written to flash.
OUTAGE = {
    "stagger_s": "0",
    "island_limit_w": "50",
    "loads.0.min_off_s": "0",
    "return_hold_s": "5",
}
_WAIT_S = 60.0

Tell = Callable[[str], None]


class Wrong(Exception):
    """Something is not as it should be; the message says what was expected and what was seen."""


def tomo(*words: object) -> str:
    """What a command says. Raises Wrong if it does not end with 0."""
    done = CliRunner().invoke(app, [*map(str, words)])
    if done.exit_code:
        said = " ".join(map(str, words))
        why = done.exception or done.output[-500:]
        raise Wrong(f"`tomo {said}` ended with {done.exit_code}: {why}")
    return done.stdout


def flash(
    image: Path, ports: Sequence[str], status: int, watch_s: int = 0, board: str = BOARD
) -> dict[str, dict]:
    """What came of it by port. Raises Wrong if it does not end with this status."""
    command = [str(Path(sys.executable).with_name("tomo")), "flash", "--board", board, "--json"]
    command += ["--image", str(image), "--watch", str(watch_s), *ports]
    done = _run(command)
    if done.returncode == Garbled.exit_code:
        # On a machine that is too busy a virtual chip may answer too late, at any speed. It is run
        # again then, as it says itself, and goes on with what is not yet right.
        done = _run(command)
    boards = json.loads(done.stdout.splitlines()[-1])["boards"] if done.stdout else []
    if done.returncode != status:
        said = "; ".join(f"{one['port']}: {one['reason'] or one['verdict']}" for one in boards)
        raise Wrong(f"`tomo flash` ended with {done.returncode}, not {status}: {said}{done.stderr}")
    return {one["port"]: one for one in boards}


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


def build(folder: Path, board: str = BOARD) -> Path:
    """A trial image of a stand-in for a stock MicroPython: valid headers, and no code."""
    micropython, image = folder / "micropython.bin", folder / f"{board}.bin"
    micropython.write_bytes(stock())
    tomo("image", "build", "--board", board, "--micropython", micropython, "--out", image)
    return image


def tell_story(folder: Path, tell: Tell = lambda _words: None) -> dict:
    """Raises Wrong; else seconds by step."""
    watch = _Watch(tell)
    image = build(folder)
    watch.lap("build", "an image is built")
    faults = {number: FAULTS[word] for number, word in FAULTY.items()}
    with Bench(folder / "tray", COUNT, faults, BOARD, FIRST_IP) as bench:
        sound = [number for number in range(1, COUNT + 1) if number not in FAULTY]
        _flash(bench, image, sound)
        watch.lap("flash", f"{COUNT} boards are flashed, {len(FAULTY)} of them refused")
        for number in sound:
            settings = NETWORK | OUTAGE if number == sound[0] else NETWORK
            for key, value in settings.items():
                tomo("settings", "set", bench.port(number), key, value)
            bench.order(number, "reset")
        watch.lap("settings", "each has its settings and starts again")
        _find(sound)
        watch.lap("find", f"{len(sound)} nodes are found by `tomo node ls`")
        for number in sound[1:]:
            bench.order(number, "power off")
        _outage(bench, sound[0])
        watch.lap("outage", "the first loses its grid and cuts its loads, and gets it back")
    return watch.laps


class _Watch:
    def __init__(self, tell: Tell) -> None:
        self.laps: dict[str, float] = {}
        self._tell = tell
        self._since = time.monotonic()

    def lap(self, name: str, words: str) -> None:
        now = time.monotonic()
        self.laps[name] = round(now - self._since, 1)
        self._since = now
        self._tell(f"{words} ({self.laps[name]:.1f} s)")


def _flash(bench: Bench, image: Path, sound: Sequence[int]) -> None:
    ports = [bench.port(number) for number in range(1, COUNT + 1)]
    results = flash(image, ports, status=1, watch_s=60)
    for number in range(1, COUNT + 1):
        one = results[bench.port(number)]
        if number in sound and (
            one["verdict"] not in (WRITTEN, UNCHANGED) or one["starts"] != "yes"
        ):
            raise Wrong(f"board {number} should be written and start: {one}")
        if number not in sound and REASONS[number] not in one["reason"]:
            raise Wrong(f"board {number} ({FAULTY[number]}) should be refused: {one}")


def _find(sound: Sequence[int]) -> None:
    host = int(FIRST_IP.rpartition(".")[2]) - 1
    wanted = {f"127.0.0.{host + number}" for number in sound}
    until = time.monotonic() + _WAIT_S
    found: set[str] = set()
    while not wanted <= found and time.monotonic() < until:
        done = CliRunner().invoke(
            app, ["node", "ls", "--from", "127.0.0.1", "--json", "--wait", "1"]
        )
        found = set(re.findall(r'"(127\.0\.0\.\d+)"', done.stdout))
    if not wanted <= found:
        raise Wrong(f"`tomo node ls` should find {sorted(wanted)}, and finds {sorted(found)}")


def _outage(bench: Bench, number: int) -> None:
    with serial.Serial(bench.path(number), timeout=1) as console:
        bench.order(number, "reset")  # whatever it has done by now, it starts anew
        _until(console, {"event": "load", "to": "on"})
        bench.order(number, "grid off")
        cut, _ = _until(
            console, {"event": "load", "to": "off"}, {"event": "grid", "to": "islanded"}
        )
    if cut["cause"] not in ("over the island's limit", "the load side is dead"):
        raise Wrong(f"a load should be cut for the island's sake: {cut}")
    why = tomo("node", "why", bench.port(number), 1)
    if "limit" not in why:
        raise Wrong(f"load 1 should be off for the island's limit: {why}")
    with serial.Serial(bench.path(number), timeout=1) as console:
        bench.order(number, "grid on")
        _until(console, {"event": "grid", "to": "return-wait"})


def _until(console: serial.Serial, *wanted: dict[str, str]) -> list[dict]:
    """The first lines from now on that have these fields, in whatever order they come."""
    until, seen = time.monotonic() + _WAIT_S, ""
    found: dict[int, dict] = {}
    while len(found) < len(wanted) and time.monotonic() < until:
        line = console.readline().decode(errors="replace")
        seen += line
        try:
            told = json.loads(line)
        except ValueError:  # part of a line, or none
            continue
        for number, fields in enumerate(wanted):
            if all(told.get(key) == value for key, value in fields.items()):
                found.setdefault(number, told)
    if len(found) < len(wanted):
        raise Wrong(f"the console should say {wanted}: {seen[-500:]}")
    return [found[number] for number in range(len(wanted))]
