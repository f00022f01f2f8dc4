"""Ten boards, two of them faulty: the eight others become a street and live through its blackout.

They are flashed at once, provisioned, commissioned side by side, found in the network; all that in
real time. The blackout is in virtual time, on the chips as they are then.
"""

import json
import re
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from typer.testing import CliRunner

from proofs.tray.bench import Bench
from proofs.tray.commands import BOARD, FIRST_IP, TOMO, Tell, Wrong, build, flash, tomo
from proofs.tray.street import provision
from proofs.tray.wide_street import wide_street
from tomo.cli.app import app
from tomo.flashing.records import UNCHANGED, WRITTEN
from tomo.site.read import read
from tomo.transport.console import open_console
from tomo.virtual.faults import FAULTS

COUNT = 10
POLE = 10
PANELS = {1: "house", 2: "shop", 4: "house-2", 5: "shop-2", 7: "house-3", 8: "shop-3", 9: "house-4"}
SEATS = {node: number for number, node in PANELS.items()} | {"pole-17": POLE}
FAULTY = {3: "wrong-chip", 6: "bad-sector"}
REASONS = {3: "ESP32-S3", 6: "0x10000"}
# Orders of the tray, and what is to be found then.
WIRED_WRONG = {
    "house": ("ct-reversed 3", ("ct-reversed", [3])),
    "shop": ("ct-swapped 1 4", ("cts-swapped", [1, 4])),
    "house-2": ("grid-sense-dead", ("dead-sense", [])),
}
_WAIT_S = 120.0
_COMMISSION_S = 400.0


def tell_story(folder: Path, tell: Tell = lambda _words: None) -> dict:
    """Raises Wrong; else seconds by step."""
    watch = Watch(tell)
    site_file, blackout = wide_street(folder)
    site, inventory = read(site_file).site, folder / "inventory.db"
    images = {board: build(folder, board) for board in (BOARD, "streetlight")}
    watch.lap("build", "two images are built")
    faults = {number: FAULTS[word] for number, word in FAULTY.items()}
    with Bench(folder / "tray", COUNT, faults, None, FIRST_IP) as bench:
        _flash(bench, images)
        watch.lap("flash", f"{COUNT} boards are flashed, {len(FAULTY)} of them refused")
        for node, number in SEATS.items():
            provision(bench, site, node, number, inventory)
        watch.lap("provision", f"{len(SEATS)} are provisioned as the nodes of a site")
        _until_all_are_on(bench)
        for node, (order, _) in WIRED_WRONG.items():
            bench.order(SEATS[node], order)
        found = _commission(bench, site_file, folder)
        for node, kinds in found.items():
            # A node whose sense is dead takes the grid for an island, and loads are off there.
            right = WIRED_WRONG[node][1] in kinds if node in WIRED_WRONG else not kinds
            if not right:
                raise Wrong(f"commissioning should find {WIRED_WRONG}, and finds {found}")
        watch.lap("commission", f"{len(WIRED_WRONG)} are wired wrong: each fault found and named")
        for node in WIRED_WRONG:
            bench.order(SEATS[node], "wired right")
        _until_all_are_on(bench)
        found = _commission(bench, site_file, folder)
        if any(found.values()):
            raise Wrong(f"wired right there should be nothing to find: {found}")
        watch.lap("mended", "wired right nothing is found any more")
        _find(list(SEATS.values()))
        watch.lap("find", f"{len(SEATS)} nodes are found by `tomo node ls`")
    words = ("--clock", "virtual", "--chips", folder / "tray", "--out", folder / "run", "--json")
    tomo("site", "run", blackout, *words)
    watch.lap("blackout", "on these chips they live through a blackout as the site they are")
    return watch.laps


class Watch:
    """laps: seconds by step"""

    def __init__(self, tell: Tell) -> None:
        self.laps: dict[str, float] = {}
        self._tell = tell
        self._since = time.monotonic()

    def lap(self, name: str, words: str) -> None:
        now = time.monotonic()
        self.laps[name] = round(now - self._since, 1)
        self._since = now
        self._tell(f"{words} ({self.laps[name]:.1f} s)")


def _flash(bench: Bench, images: Mapping[str, Path]) -> None:
    panels = [bench.port(number) for number in range(1, COUNT + 1) if number != POLE]
    results = flash(images[BOARD], panels, status=1, watch_s=60)
    results |= flash(
        images["streetlight"], [bench.port(POLE)], status=0, watch_s=60, board="streetlight"
    )
    for number in range(1, COUNT + 1):
        one = results[bench.port(number)]
        written = one["verdict"] in (WRITTEN, UNCHANGED) and one["starts"] == "yes"
        if number not in FAULTY and not written:
            raise Wrong(f"board {number} should be written and start: {one}")
        if number in FAULTY and REASONS[number] not in one["reason"]:
            raise Wrong(f"board {number} ({FAULTY[number]}) should be refused: {one}")


def _until_all_are_on(bench: Bench) -> None:
    until = time.monotonic() + _WAIT_S
    for number in SEATS.values():
        while number != POLE and not _all_on(bench.port(number)):
            if time.monotonic() > until:
                raise Wrong(f"all loads of board {number} should be on")
            time.sleep(1)


def _all_on(port: str) -> bool:
    with open_console(port) as console:
        return all(one["closed"] for one in console.ask("load", "loads")["loads"])


def _commission(bench: Bench, site: Path, folder: Path) -> dict[str, list[tuple[str, list[int]]]]:
    """All nodes side by side: what is found at each, by kind and circuits."""
    found = {}
    with _walking(bench, site, folder) as walks:
        for node, walk in walks.items():
            out, told = walk.communicate(timeout=_COMMISSION_S)
            if walk.returncode not in (0, 1) or not out:
                raise Wrong(f"`tomo commission` of {node} ended with {walk.returncode}: {told}")
            report = json.loads(out.splitlines()[-1])
            found[node] = [(one["kind"], one["circuits"]) for one in report["findings"]]
    return found


@contextmanager
def _walking(bench: Bench, site: Path, folder: Path) -> Iterator[dict[str, subprocess.Popen[str]]]:
    walks = {}
    try:
        for node, number in SEATS.items():
            words = ["commission", bench.port(number), "--site", str(site), "--node", node]
            words += ["--yes", "--json", "--close-s", "10"]
            words += ["--out", str(folder / f"commission-{node}")]
            walks[node] = subprocess.Popen(
                [TOMO, *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        yield walks
    finally:
        for walk in walks.values():
            walk.kill()
            walk.communicate()


def _find(numbers: Sequence[int]) -> None:
    host = int(FIRST_IP.rpartition(".")[2]) - 1
    wanted = {f"127.0.0.{host + number}" for number in numbers}
    until = time.monotonic() + _WAIT_S
    found: set[str] = set()
    while not wanted <= found and time.monotonic() < until:
        done = CliRunner().invoke(
            app, ["node", "ls", "--from", "127.0.0.1", "--json", "--wait", "1"]
        )
        found = set(re.findall(r'"(127\.0\.0\.\d+)"', done.stdout))
    if not wanted <= found:
        raise Wrong(f"`tomo node ls` should find {sorted(wanted)}, and finds {sorted(found)}")
