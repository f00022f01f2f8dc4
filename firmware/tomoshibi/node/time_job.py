"""Keeps the clock by a time server or a controller, where the settings name one."""

from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core.modules import let_go
from tomoshibi.node.job import Job

if TYPE_CHECKING:
    from tomoshibi.core.calendar import Calendar
    from tomoshibi.node.ask_controller import AskController
    from tomoshibi.node.ask_time import AskTime
    from tomoshibi.node.control import Control
    from tomoshibi.node.echonet_job import EchonetJob

LOOK_MS = const(1_000)
# A crystal of 40 ppm is wrong by 3.5 s after a day, which counts as held from then on.
_BELIEVED_S = const(86_400)


class TimeJob(Job):
    """Asks seldom, and only while the control path has nothing to decide.

    Here is what stays on the heap all day; what there is to do when it is time to ask is
    node.time_round, for as long as that takes.

    server       as the setting ntp_server has it, or "". No name: looking one up would hold up
                 everything for seconds on the ESP32
    controller   as the setting time_from has it, or ""
    due_s        uptime at which to ask; -1 before there is a network
    misses       how often nobody has answered since the last answer
    heard_s      uptime of that
    """

    name = "time"
    period_ms = LOOK_MS

    def __init__(
        self,
        server: str,
        controller: str,
        echonet_job: EchonetJob,
        calendar: Calendar,
        control: Control,
    ) -> None:
        super().__init__()
        self.server = server
        self.controller = controller
        self.echonet_job = echonet_job
        self.calendar = calendar
        self.control = control
        self.due_s = -1
        self.misses = 0
        self.heard_s = 0
        self.asking: AskTime | AskController | None = None

    def step(self) -> None:
        if self.asking is None:
            now_s = self.control.uptime.seconds
            if now_s - self.heard_s >= _BELIEVED_S:
                self.calendar.synchronised = False
            if now_s < self.due_s or not self.echonet_job.link.own_ip:
                return
            if self.due_s >= 0 and not self.control.calm():
                return
        from tomoshibi.node.time_round import go

        go(self)
        if self.asking is None:
            let_go(
                "node.time_round", "node.ask_time", "node.ask_controller", "node.heed_time",
                "node.set_clock", "wire.sntp",
            )  # fmt: skip
