"""One board whose provisioning is cut, and what must be true then and after another run."""

import json
import signal
from dataclasses import dataclass
from pathlib import Path

from proofs.on_desk import ROOT
from proofs.provision.board import Board, started, tomo
from proofs.provision.cable import Cable
from tomo.errors import NodeSilent
from tomo.image import documents, flash_image
from tomo.inventory.keys import KeyFolder
from tomo.inventory.records import BEGUN, PROVISIONED
from tomo.inventory.store import Inventory
from tomo.site.node_settings import settings_of
from tomo.site.read import read

SITE, NODE, KIND = ROOT / "examples" / "site.toml", "house", "submeter6"
PULLED, STOPPED, POWER = "cable pulled", "Ctrl-C", "power cut"
# What `tomo provision` ends with.
STATUS = {PULLED: NodeSilent.exit_code, STOPPED: 130, POWER: NodeSilent.exit_code}
_LIMIT_S = 150.0
_PASSWORD = "correct horse"


class Wrong(Exception):
    """What is promised did not hold; the message tells it to people."""


@dataclass(frozen=True)
class Place:
    """Where a board's chip, and the inventory that it is to be in, are."""

    folder: Path

    @property
    def chip(self) -> Path:
        return self.folder / "node"

    @property
    def inventory(self) -> Inventory:
        return Inventory(self.folder / "inventory.db")


def whole(place: Place) -> int:
    """Bytes that pass both ways while a fresh board is provisioned and nothing happens."""
    with Board(KIND, place.chip) as board:
        with Cable(board.port) as cable:
            _complete(place, cable.path)
            passed = cable.passed
        _need_found(place, board.port)
    _need_kept(place)
    return passed


def seconds(place: Place) -> float:
    """How long a fresh board takes, as the command tells it. Raises Wrong."""
    with Board(KIND, place.chip) as board:
        status, out, told = tomo(*_words(place, board.port))
    if status:
        raise Wrong(f"a run that nothing happens to: status {status}, {told!r}")
    return json.loads(out.splitlines()[-1])["took_s"]


def cut(place: Place, *troubles: tuple[int, str]) -> int:
    """Provision a fresh board, with a trouble at a byte that passes in a run each, and once more.

    How many of them came before the board was whole. Raises Wrong.
    """
    left, came = [*troubles], 0
    while True:
        with Board(KIND, place.chip) as board:
            powered = True
            while left and powered:
                at, what = left.pop(0)
                if _one(place, board, what, at):
                    came += 1
                    powered = what != POWER
            if powered:
                _complete(place, board.port)
                _need_found(place, board.port)
        if powered:
            _need_kept(place)
            return came


def _one(place: Place, board: Board, what: str, at: int) -> bool:
    """Whether the trouble came while the board was being provisioned."""
    with Cable(board.port, at) as cable:
        words = _words(place, cable.path)
        if what == STOPPED:
            work = started(*words)
            cable.happens = lambda: work.send_signal(signal.SIGINT)
            _, told = work.communicate(timeout=_LIMIT_S)
            status = work.returncode
        else:
            cable.happens = cable.pull if what == PULLED else lambda: _cut(board, cable)
            status, _, told = tomo(*words)
        came = cable.passed >= at
    states = [one.state for one in place.inventory.boards()]
    if not came and (status, states) == (0, [PROVISIONED]):
        return False
    if status != STATUS[what] or "Traceback" in told or not (told or what == STOPPED):
        raise Wrong(f"{what} at byte {at}: status {status}, {told!r}")
    if what == POWER and not board.gone():
        raise Wrong(f"{what} at byte {at}: the node runs on")
    if states not in ([], [BEGUN]):
        raise Wrong(f"{what} at byte {at}: the inventory has {states}")
    return True


def _cut(board: Board, cable: Cable) -> None:
    board.cut()
    cable.pull()


def _complete(place: Place, port: str) -> dict[str, str]:
    """A run that nothing happens to: its steps, as it found them."""
    status, out, told = tomo(*_words(place, port))
    if status:
        raise Wrong(f"a run that nothing happens to: status {status}, {told!r}")
    return {one["step"]: one["state"] for one in map(json.loads, out.splitlines()[:-1])}


def _need_found(place: Place, port: str) -> None:
    steps = _complete(place, port)
    lacking = [name for name in ("keys", "identity", "key") if steps[name] != "found"]
    if lacking:
        raise Wrong(f"not found after it was read back: {', '.join(lacking)}")


def _words(place: Place, port: str) -> list[object]:
    password = place.folder / "password"
    password.parent.mkdir(parents=True, exist_ok=True)
    password.write_text(_PASSWORD)
    return [
        "provision", port, "--site", SITE, "--node", NODE, "--inventory", place.inventory.path,
        "--wifi-password-file", password, "--json",
    ]  # fmt: skip


def _need_kept(place: Place) -> None:
    """All of it lies in the chip of the node that has ended, and the inventory says so."""
    (stored,) = place.inventory.boards()
    keys = KeyFolder(place.inventory.path).read(stored.mac)
    if stored.state != PROVISIONED or keys is None:
        raise Wrong(f"the inventory has {stored}, keys: {keys is not None}")
    site = read(SITE).site
    node = next(one for one in site.node if one.name == NODE)
    wanted = settings_of(site, node) | {"wifi_password": _PASSWORD}
    identity = {"serial": stored.serial, "hardware": stored.hardware}
    identity |= {"secret": keys.secret, "key": keys.key}
    if _in_chip(place, "settings") != wanted or _in_chip(place, "identity") != identity:
        raise Wrong("the chip has other settings or another identity than were written")


def _in_chip(place: Place, what: str) -> object:
    image = flash_image.load(place.chip / documents.FLASH_FILE)
    return documents.read(image.partition(what), documents.KINDS[what]).document()
