"""Questions to a controller of ECHONET Lite until its minute turns. Imported for that and let go.

Its properties 97 (hh mm) and 98 (YYYY MM DD, the year in two bytes) say local time in whole
minutes: the second is known only when the minute turns between two answers.

Source: docs/echonet-lite.md, "Frame", "Answers".
"""

import os
from micropython import const
from time import ticks_add, ticks_diff, ticks_ms
from typing import TYPE_CHECKING

from tomoshibi.core.calendar import civil, day_number
from tomoshibi.core.events import CONTROLLER_TIME
from tomoshibi.node.heed_time import SILENT, WAITING, address_of, heed
from tomoshibi.wire import echonet
from tomoshibi.wire.echonet import Frame, Writer

if TYPE_CHECKING:
    from tomoshibi.core.calendar import Calendar
    from tomoshibi.links.udp import UdpLink
    from tomoshibi.node.control import Control
    from tomoshibi.node.echonet_job import EchonetJob

_TIME = const(0x97)
_DATE = const(0x98)
_FRAME_SIZE = const(16)  # two properties without values

# From one question to the next, ...
_STEP_MS = const(1_000)
# ... and if no answer comes.
_LOST_MS = const(2_000)
_SILENCE_MS = const(8_000)
# A minute and what a slow controller needs.
_PATIENCE_MS = const(66_000)
# From the question before the turn to the answer behind it: half of that may be the error.
_TURN_MOST_MS = const(3_000)

_NONE = const(-1)
# In place of the minute.
_UNKNOWN = const(-2)


class AskController:
    """Asks `peer`, as the setting time_from has it; `look` oftener than each 100 ms until it ends.

    Its answers come to the port at which `echonet_job` listens.
    """

    def __init__(
        self,
        peer: str,
        echonet_job: EchonetJob,
        link: UdpLink,
        calendar: Calendar,
        control: Control,
    ) -> None:
        ip, _, eoj = peer.partition("/")
        self._ip = address_of(ip)
        self._eoj = int(eoj, 16) if eoj else echonet.CONTROLLER
        self._echonet_job = echonet_job
        self._link = link
        self._calendar = calendar
        self._control = control
        self._tid = _NONE  # of the question that has no answer yet
        self._minute = _NONE  # local, since 2000-01-01, as last told, ...
        self._told_ms = 0  # ... at this time or later
        self._turn_ms: int | None = None
        self._began_ms = self._heard_ms = ticks_ms()
        self._asked_ms = ticks_add(self._began_ms, -_LOST_MS)
        echonet_job.on_answer = self._take

    def look(self) -> int:
        """Ask if it is time to. Anything but WAITING ends it, and so does an exception.

        Raises OSError if the clock cannot be set.
        """
        came = SILENT
        try:
            came = self._outcome()
        finally:
            if came != WAITING:
                self._echonet_job.on_answer = None
        return came

    def _outcome(self) -> int:
        if self._turn_ms is not None:
            seconds = 60 * self._minute - self._calendar.utc_offset_s
            past_ms = ticks_diff(ticks_ms(), self._turn_ms)
            return heed(self._calendar, self._control, seconds, past_ms, CONTROLLER_TIME)
        now_ms = ticks_ms()
        silent = ticks_diff(now_ms, self._heard_ms) >= _SILENCE_MS
        if self._minute == _UNKNOWN or silent or ticks_diff(now_ms, self._began_ms) >= _PATIENCE_MS:
            return SILENT
        wait_ms = _STEP_MS if self._tid == _NONE else _LOST_MS
        if ticks_diff(now_ms, self._asked_ms) >= wait_ms and self._control.calm():
            self._ask(now_ms)
        return WAITING

    def _ask(self, now_ms: int) -> None:
        high, low = os.urandom(2)
        self._tid = high << 8 | low or 1  # 0 is for what nobody has asked
        writer = Writer(bytearray(_FRAME_SIZE))
        writer.begin(self._tid, echonet.NODE_PROFILE, self._eoj, echonet.GET)
        writer.block(_TIME)
        writer.block(_DATE)
        self._asked_ms = now_ms
        self._link.send(writer.buf, writer.length, self._ip)

    def _take(self, data: bytes, sender: str) -> None:
        """Take a datagram that is no request; from anybody."""
        frame = Frame()
        if sender != self._ip or frame.parse(data, len(data)) != echonet.GOOD:
            return
        if frame.service not in (echonet.GET_RES, echonet.GET_SNA):
            return
        if frame.tid != self._tid or frame.source != self._eoj or self._turn_ms is not None:
            return
        self._tid = _NONE
        self._heard_ms = now_ms = ticks_ms()
        before, self._minute = self._minute, _minute_of(frame)
        before_ms, self._told_ms = self._told_ms, self._asked_ms
        took_ms = ticks_diff(now_ms, before_ms)
        if before >= 0 and self._minute == before + 1 and took_ms <= _TURN_MOST_MS:
            self._turn_ms = ticks_add(before_ms, took_ms // 2)


def _minute_of(frame: Frame) -> int:
    """Local minutes since 2000-01-01 that an answer tells, or _UNKNOWN."""
    time = date = b""
    data, at = frame.data, frame.first
    for _ in range(frame.count):
        epc, value = data[at], data[at + 2 : at + 2 + data[at + 1]]
        at += 2 + len(value)
        if epc == _TIME:
            time = value
        elif epc == _DATE:
            date = value
    # Of what it could not tell the size is 0.
    if len(time) != 2 or len(date) != 4:
        return _UNKNOWN
    hour, minute = time
    year, month, day = date[0] << 8 | date[1], date[2], date[3]
    # As of a time server; a controller that has lost its clock says 2000-01-01.
    if hour >= 24 or minute >= 60 or not (2024 <= year < 2100 and 1 <= month <= 12):
        return _UNKNOWN
    days = day_number(year, month, day)
    return 1_440 * days + 60 * hour + minute if civil(days) == (year, month, day) else _UNKNOWN
