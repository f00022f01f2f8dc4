"""When a sector of flash may be erased, which holds everything up for 45 ms, 400 at most.

All that is kept asks here before each erase. Programs are short; they ask `Control.calm` alone.
"""

from micropython import const
from time import sleep_ms
from typing import TYPE_CHECKING

from tomoshibi.policy.grid import ISLANDED, NORMAL, RETURN_WAIT

if TYPE_CHECKING:
    from tomoshibi.node.control import Control

# Uptime is compared in whole seconds: "more than" is the full span at least.
_APART_S = const(60)
_SETTLED_S = const(60)
_AFTER_MOVE_S = const(10)
# It decides sooner. Four times this and the longest erase, and the watchdog does not bite yet.
_DECIDED_MS = const(1_000)


class FlashWindow:
    """Open with the grid normal, or in an island that has kept its limit for a minute.

    And never in the ten seconds after a relay moved. Allocates nothing.
    """

    def __init__(self, control: Control) -> None:
        self._control = control
        self._erased_s = -_APART_S - 1

    def take(self) -> bool:
        """Ask to write a document, the erases of both copies at once: True if that may begin.

        The minute does not bind it, as somebody waits for the answer; but it begins a new one. Nor
        does the wait for the grid that follows a start, where no load has been closed yet: a
        technician sets things first.
        """
        grid = self._control.grid
        return self._ask(grid.state == grid.before == RETURN_WAIT)

    def grant(self) -> bool:
        """Ask for one erase of a ring: True at most once a minute, and it must come at once."""
        return self._control.uptime.seconds - self._erased_s > _APART_S and self._ask(False)

    def settle(self) -> None:
        """After an erase: let the control path decide what has come up meanwhile.

        Before another erase, and before a job that collects: together they would hold it up for too
        long. While nothing has come up, that takes a millisecond.
        """
        left = _DECIDED_MS
        sleep_ms(1)  # who has waited for the erase is let in here
        while left and not self._control.calm():
            sleep_ms(1)
            left -= 1

    def _ask(self, normal: bool) -> bool:
        """Whether the control path can bear an erase now; `normal`: the grid counts as normal."""
        control = self._control
        now_s, state = control.uptime.seconds, control.grid.state
        if now_s - control.moved_s <= _AFTER_MOVE_S or not control.calm():
            return False
        settled = state == ISLANDED and now_s - control.over_s > _SETTLED_S
        if not (normal or settled or state == NORMAL):
            return False
        self._erased_s = now_s
        return True
