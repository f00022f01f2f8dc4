"""One question to a time server, and what becomes of the clock. Imported for that and let go."""

import os
import socket
from micropython import const
from time import ticks_diff, ticks_ms
from typing import TYPE_CHECKING

from tomoshibi.core.events import NETWORK_TIME
from tomoshibi.node.heed_time import REFUSED, SILENT, WAITING, address_of, heed
from tomoshibi.wire import sntp

if TYPE_CHECKING:
    from tomoshibi.core.calendar import Calendar
    from tomoshibi.node.control import Control

_PATIENCE_MS = const(2_000)


class AskTime:
    """Asks `server`, as the setting ntp_server has it; then `look` oftener than each 100 ms.

    Raises OSError if the network does not take the question.
    """

    def __init__(self, server: str, calendar: Calendar, control: Control) -> None:
        self._calendar = calendar
        self._control = control
        self._peer = (address_of(server), sntp.PORT)
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
        return heed(self._calendar, self._control, seconds, millis, NETWORK_TIME)
