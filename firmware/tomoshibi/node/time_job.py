"""Keeps the clock by a time server or a controller, where the settings name one."""

from micropython import const
from random import randint
from typing import TYPE_CHECKING

from tomoshibi.core.modules import let_go
from tomoshibi.node.heed_time import HEARD, LATER, REFUSED, SILENT, WAITING
from tomoshibi.node.job import Job

if TYPE_CHECKING:
    from collections.abc import Callable

    from tomoshibi.core.calendar import Calendar
    from tomoshibi.links.udp import UdpLink
    from tomoshibi.node.ask_controller import AskController
    from tomoshibi.node.ask_time import AskTime
    from tomoshibi.node.control import Control
    from tomoshibi.node.echonet_job import EchonetJob

_LOOK_MS = const(1_000)
_HEAR_MS = const(50)

# Lamps of a street start together, and must not ask together: in this time after the first
# address, and later in so long and a random part of the same again.
_FIRST_S = const(10)
_AGAIN_S = const(14_400)
_LATER_S = const(60)
_KISSED_S = const(86_400)
# After silence: twice as long each time, and a random part of a quarter.
_SHORTEST_S = const(4)
_LONGEST_S = const(3_600)
# A crystal of 40 ppm is wrong by 3.5 s after a day, which counts as held from then on.
_BELIEVED_S = const(86_400)


class TimeJob(Job):
    """Asks seldom, and only while the control path has nothing to decide.

    server       as the setting ntp_server has it, or "". No name: looking one up would hold up
                 everything for seconds on the ESP32
    controller   as the setting time_from has it, or "": asked in turn with a server that is silent
    link         `own_ip` tells that there is a network
    draw         draw(least, most), both included
    """

    name = "time"
    period_ms = _LOOK_MS

    def __init__(
        self,
        server: str,
        controller: str,
        echonet_job: EchonetJob,
        link: UdpLink,
        calendar: Calendar,
        control: Control,
        draw: Callable[[int, int], int] = randint,
    ) -> None:
        super().__init__()
        self._server = server
        self._controller = controller
        self._echonet_job = echonet_job
        self._server_next = bool(server)
        self._link = link
        self._calendar = calendar
        self._control = control
        self._draw = draw
        self._due_s = -1  # no network yet
        self._wait_s = _SHORTEST_S
        self._heard_s = 0
        self._asking: AskTime | AskController | None = None

    def step(self) -> None:
        if self._asking is not None:
            self._look()
            return
        now_s = self._control.uptime.seconds
        if now_s - self._heard_s >= _BELIEVED_S:
            self._calendar.synchronised = False
        if self._due_s < 0 and self._link.own_ip:
            self._due_s = now_s + self._draw(0, _FIRST_S)
        if 0 <= self._due_s <= now_s and self._control.calm():
            self._ask(now_s)

    def _ask(self, now_s: int) -> None:
        # As if it were silent, whatever happens.
        self._due_s = now_s + self._wait_s + self._draw(0, self._wait_s // 4)
        self._wait_s = min(2 * self._wait_s, _LONGEST_S)
        with_server = self._server_next
        self._server_next = bool(self._server) and not (with_server and self._controller)
        try:
            self._asking = self._question(with_server)
            self.period_ms = _HEAR_MS
        except OSError:
            _end()

    def _question(self, with_server: bool) -> AskTime | AskController:
        if with_server:
            from tomoshibi.node.ask_time import AskTime

            return AskTime(self._server, self._calendar, self._control)
        from tomoshibi.node.ask_controller import AskController

        return AskController(
            self._controller, self._echonet_job, self._link, self._calendar, self._control
        )

    def _look(self) -> None:
        asking, self._asking = self._asking, None  # whatever it raises ends it
        if asking is None:
            return
        self.period_ms = _LOOK_MS
        came = asking.look()
        if came == WAITING:
            self._asking = asking
            self.period_ms = _HEAR_MS
            return
        del asking
        self._plan(came)
        _end()

    def _plan(self, came: int) -> None:
        """When to ask next, and whom; after silence that is planned already."""
        now_s = self._control.uptime.seconds
        if came in (HEARD, LATER):
            self._server_next = bool(self._server)
            self._wait_s = _SHORTEST_S
            self._due_s = now_s + _LATER_S
        if came == HEARD:
            self._heard_s = now_s
            self._due_s = now_s + _AGAIN_S + self._draw(0, _AGAIN_S)
        elif came == REFUSED and self._controller:
            self._server = ""  # for good, as there is somebody else
        elif came == REFUSED:
            self._due_s = now_s + _KISSED_S
        elif came == SILENT:
            # Waiting for a controller's minute to turn may have taken longer.
            self._due_s = max(self._due_s, now_s + _SHORTEST_S)


def _end() -> None:
    let_go("node.ask_time", "node.ask_controller", "node.heed_time", "node.set_clock", "wire.sntp")
