"""A desk node in lock-step through failures of its supply: process after process on one chip."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from tomo.image import registers
from tomo.image.documents import FLASH_FILE
from tomo.image.flash_image import load
from tomo.transport.desk_node import Desk, DeskNode, pass_on
from tomo.transport.pseudo_terminal import PseudoTerminal
from tomo.world.lockstep import Report
from tomoshibi.wire.registers import CHANNEL_SIZE, ENERGY, EXPORT, IMPORT

_MJ_PER_WH = 3_600_000
# The seeds of two lives of a node lie this far apart; those of two nodes are nearer.
_SEED_STEP = 1_000_003


class Lives:
    """Running inside the `with`. Times are the site's; each life counts from its own boot.

    settings   as of a DeskNode
    """

    def __init__(self, desk: Desk, folder: Path, settings: dict | None = None) -> None:
        self.name = desk.name
        self.folder = folder
        self._desk = desk
        self._node = DeskNode(desk, folder, settings)
        self._born_ms = 0
        self._ended: list[tuple[int, DeskNode]] = []  # of which not all lines are passed on
        self._running = ExitStack()

    def __enter__(self) -> "Lives":
        self._running.enter_context(self._node)
        return self

    def __exit__(self, *_exc: object) -> None:
        self._running.close()

    def hello(self) -> None:
        self._node.hello()

    def stop(self) -> None:
        self._node.stop()

    def kept_wh(self) -> dict[int, float]:
        """What the counters in the chip are, Wh since ever, by circuit."""
        return _kept_wh(self.folder / FLASH_FILE)

    # Lock-step

    def grant(self, until_ms: int, changed: dict[str, int]) -> None:
        self._node.grant(until_ms - self._born_ms, changed)

    def report(self) -> Report:
        report, born_ms = self._node.report(), self._born_ms
        out = [(t_ms + born_ms, output, value) for t_ms, output, value in report.out]
        return Report(report.at_ms + born_ms, out)

    def cut(self) -> dict[int, float]:
        """Not an instruction more is carried out; what is kept."""
        self._node.kill()
        self._running.close()
        self._ended.append((self._born_ms, self._node))
        return self.kept_wh()

    def boot(self, now_ms: int) -> None:
        """Start on the chip as it is, after power-on: nobody has set the clock."""
        self._desk = replace(self._desk, start_s=0, seed=self._desk.seed + _SEED_STEP)
        self._born_ms = now_ms
        self._node = self._running.enter_context(DeskNode(self._desk, self.folder))
        self._node.hello()

    # Console

    def pass_on(self, terminal: PseudoTerminal) -> Iterator[tuple[int, str]]:
        """As `transport.desk_node.pass_on`, each line with when its life began."""
        lives = [*self._ended, (self._born_ms, self._node)]
        self._ended.clear()
        for born_ms, node in lives:
            for line in pass_on(node, terminal):
                yield born_ms, line


def _kept_wh(chip: Path) -> dict[int, float]:
    """Wh that a chip's counters have of each circuit, both ways; none if there are none yet."""
    values = registers.newest_values(registers.open_ring(load(chip))).values
    return {
        (number - ENERGY) // CHANNEL_SIZE: sum(
            values[number + way].whole + values[number + way].rest / _MJ_PER_WH
            for way in (IMPORT, EXPORT)
        )
        for number in values
        if number >= ENERGY and (number - ENERGY) % CHANNEL_SIZE == 0
    }
