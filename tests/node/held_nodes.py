"""Whole desk nodes in virtual time, on chips that outlive them: run, look, cut the power, restart.

Between two calls of `Held.run` a node's time stands still, so a cut comes at the very millisecond
that a test says, and what the world has fed the meter until then is known exactly.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from typer.testing import CliRunner

from tests.node.desk_nodes import MAINS, Asker, wait_event
from tomo.cli.app import app
from tomo.errors import HostError
from tomo.image import documents, registers
from tomo.image.documents import FLASH_FILE
from tomo.image.flash_image import load
from tomo.transport.desk_node import Desk, DeskNode

# 2026-11-25 12:00:00 in Japan (9 h ahead), in s since 2000-01-01 UTC: 9825 days and 3 h.
NOON_S = 9_825 * 86_400 + 3 * 3_600
MJ_PER_WH = 3_600_000
# Real time that a machine may take, however busy.
LIMIT_S = 30.0
# A socket is looked at, and a byte of the console taken, once in 100 ms of virtual time.
_LOOK_MS = 100
# What `Held.get` takes.
ASKING_MS = 2 * _LOOK_MS


class Held:
    """A node at `now_ms` of its uptime, which boots with the first `run`.

    world     quantities at boot
    outputs   what the node last reported of each
    """

    def __init__(self, node: DeskNode, world: dict[str, int]) -> None:
        self.node = node
        self.now_ms = 0
        self._changed = world
        self.outputs: dict[str, int] = {}

    def run(self, ms: int, **quantities: int) -> None:
        """Let `ms` pass, with these quantities of the world changed at their beginning."""
        end_ms = self.now_ms + ms
        self.node.grant(end_ms, self._changed | quantities)
        self._changed = {}
        while (report := self.node.report()).at_ms < end_ms or report.out:
            self.outputs.update({name: value for _, name, value in report.out})
            if report.at_ms >= end_ms:
                break
            self.node.grant(end_ms, {})
        self.now_ms = end_ms

    def ask(self, command: str, event: str) -> dict:
        """Type a command; the next console object with this event."""
        self.node.say(command)
        self.run((len(command) + 2) * _LOOK_MS)
        return self.wait(event)

    def wait(self, event: str) -> dict:
        """The next console object with this event, of what the node has said so far."""
        return wait_event(self.node, lambda told: told["event"] == event, LIMIT_S)

    def told(self, event: str) -> list[dict]:
        """All console objects with this event since the last look, up to now."""
        self.node.say("help")
        self.run(7 * _LOOK_MS)
        found: list[dict] = []

        def last(told: dict) -> bool:
            if told["event"] == event:
                found.append(told)
            return told["event"] == "help"

        wait_event(self.node, last, LIMIT_S)
        return found

    def get(self, asker: Asker, eoj: int, epc: int, ip: str = "") -> bytes:
        """One ECHONET Lite property, as it is on the wire (ESV 62 Get, 72 its answer).

        ip   where the node is now, if it is not where it started
        """
        frame = b"\x10\x81\x00\x07\x05\xff\x01" + eoj.to_bytes(3, "big") + bytes((0x62, 1, epc, 0))
        asker.throw(frame, ip or self.node.desk.ip)
        self.run(ASKING_MS)
        while answer := asker.catch(LIMIT_S):
            # Announcements may come between.
            if answer[2:4] == b"\x00\x07":
                assert answer[10:13] == bytes((0x72, 1, epc)), answer.hex()
                return answer[14:]
        raise AssertionError(f"{eoj:06X} does not answer")

    def cut(self) -> None:
        """The supply is gone, with no time left: not an instruction more is carried out."""
        os.kill(self.node.pid, signal.SIGKILL)


@contextmanager
def life(
    folder: Path,
    board: str = "submeter6",
    ip: str = "",
    settings: dict | None = None,
    reset_reason: int | None = None,
    start_s: int = 0,
    soft_reset: bool = False,
    keeps_levels: bool = True,
) -> Iterator[Held]:
    """One life of the node whose chip is in `folder`: from reset to the end of the `with`."""
    desk = Desk(
        "panel",
        board,
        ip=ip,
        clock="lockstep",
        start_s=start_s,
        reset_reason=reset_reason,
        soft_reset=soft_reset,
        keeps_levels=keeps_levels,
    )
    with DeskNode(desk, folder, settings) as node:
        node.hello()
        yield Held(node, mains(board))


def levels(folder: Path) -> dict[int, int | None]:
    """What drives each GPIO of the chip, now or when its node ended: 0, 1, or None for neither.

    The layout is that of stubs/unix/resets.py.
    """
    data = (folder / "kept.bin").read_bytes()
    return {pin: {1: 0, 2: 1}.get(data[4 * pin]) for pin in range(40)}


def mains(board: str, alive: bool = True) -> dict[str, int]:
    """The grid is there, or nobody feeds either side."""
    quantities = MAINS if alive else dict.fromkeys(MAINS, 0)
    return quantities | ({"islanded": 0} if board == "submeter6" else {})


def chip(folder: Path) -> Path:
    return folder / FLASH_FILE


def kept(folder: Path) -> dict[int, tuple[int, int]]:
    """Whole and rest of every register, as they stand in the chip."""
    found = registers.newest_values(registers.open_ring(load(chip(folder))))
    return {number: (value.whole, value.rest) for number, value in found.values.items()}


def import_mj(folder: Path, branch: int) -> int:
    """What a branch has taken since ever, as the chip has it; branch 0 is the whole board."""
    whole, rest = kept(folder)[64 + 4 * branch]
    return whole * MJ_PER_WH + rest


def copies(path: Path, label: str) -> documents.Documents:
    """Both copies of settings or identity in a chip."""
    return documents.read(load(path).partition(label), documents.KINDS[label])


def tomo(*arguments: object) -> tuple[int, str, str]:
    """(status, standard output, standard error or the error as told) of a `tomo` command."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if isinstance(result.exception, HostError):
        return result.exception.exit_code, result.stdout, str(result.exception)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def squeezed(text: str) -> str:
    """Words of a table or of a boxed message, without their lines and padding."""
    return " ".join(text.replace("│", " ").replace("┃", " ").split())
