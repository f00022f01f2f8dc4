"""One question to a time server, and what becomes of the clock. Imported for that and let go."""

import os
import socket
from micropython import const
from time import ticks_diff, ticks_ms
from typing import TYPE_CHECKING

from tomoshibi.core.calendar import NEVER_SET
from tomoshibi.core.events import NETWORK_TIME, NODE
from tomoshibi.node.set_clock import offset_s, set_clock, tell
from tomoshibi.wire import sntp

if TYPE_CHECKING:
    from tomoshibi.core.calendar import Calendar
    from tomoshibi.node.control import Control

# What has come of it.
WAITING = const(0)
HEARD = const(1)
SILENT = const(2)
REFUSED = const(3)
LATER = const(4)

_PATIENCE_MS = const(2_000)
# An offset below is left alone: the clock is read in whole seconds.
_ENOUGH_S = const(2)
# One that registers.half_hours does not take for the clock being set. So near a half hour it has
# to wait, or that half hour would come twice.
_SMALL_S = const(10)
_NEAR_S = const(15)
_SLOT_S = const(1_800)


class AskTime:
    """Asks the server at this IPv4 address; then `look` oftener than each 100 ms until it answers.

    Raises OSError if the network does not take the question.
    """

    def __init__(self, server: str, calendar: Calendar, control: Control) -> None:
        self._calendar = calendar
        self._control = control
        self._peer = (server, sntp.PORT)
        self._stamp = os.urandom(sntp.STAMP_SIZE)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind(("0.0.0.0", 0))
            self._socket.setblocking(False)
            self._asked_ms = ticks_ms()
            self._socket.sendto(sntp.question(self._stamp), self._peer)
        except OSError:
            self._socket.close()
            raise

    def look(self) -> int:
        """Take an answer, if there is one. Anything but WAITING ends it, and so does an exception.

        Raises OSError if the clock cannot be set.
        """
        came = SILENT
        try:
            came = self._outcome()
        finally:
            if came != WAITING:
                self._socket.close()
        return came

    def _outcome(self) -> int:
        try:
            came = self._hear()
        except sntp.Kissed:
            return REFUSED
        if came is not None:
            return came
        waited_ms = ticks_diff(ticks_ms(), self._asked_ms)
        return SILENT if waited_ms >= _PATIENCE_MS else WAITING

    def _hear(self) -> int | None:
        """What became of the clock; None if no sound answer has come."""
        try:
            data, sender = self._socket.recvfrom(sntp.SIZE)
        except OSError:
            return None
        if tuple(sender) != self._peer:
            return None
        told = sntp.answer(data, self._stamp)
        if told is None:
            return None
        seconds, millis = told
        # Half of the way there and back, as nobody knows more.
        millis += ticks_diff(ticks_ms(), self._asked_ms) // 2
        return self._heed(seconds + millis // 1000, millis % 1000)

    def _heed(self, seconds: int, millis: int) -> int:
        calendar = self._calendar
        behind_s = offset_s(calendar, seconds)
        if abs(behind_s) < _ENOUGH_S:
            if not calendar.synchronised:
                tell(self._control, calendar.quality, behind_s, NETWORK_TIME, NODE)
                calendar.synchronised = True
            return HEARD
        if calendar.quality != NEVER_SET and abs(behind_s) <= _SMALL_S and self._near_half_hour():
            return LATER
        set_clock(calendar, self._control, seconds, millis, NETWORK_TIME, NODE)
        return HEARD

    def _near_half_hour(self) -> bool:
        into_s = self._calendar.local()[1] % _SLOT_S
        return into_s < _NEAR_S or into_s >= _SLOT_S - _NEAR_S
