"""The ECHONET Lite node: takes a datagram, gives the answers; notices changes, gives INF frames.

Pure: it owns no socket and no clock. Frames go out through `send(buffer, length, to_group)`,
which must have used or copied the buffer when it returns; `to_group` asks for the multicast
group instead of the sender.

    request            all succeed               at least one fails
    60 SetI            no answer                 50
    61 SetC            71                        51
    62 Get             72                        52
    63 INF_REQ         73, to the group          53
    6E SetGet          7E                        5E
    74 INFC            7A                        -

One failing property makes the whole answer a failure with the same blocks in the same order; an
object that does not exist is silence.

Source: docs/echonet-lite.md, "Answers", "What is discarded", "Announcements".
"""

import sys
from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core.modules import let_go
from tomoshibi.reporting.points import ANNOUNCED, NAME
from tomoshibi.wire import echonet
from tomoshibi.wire.echonet import Frame, Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tomoshibi.reporting.objects import EchonetObject

    Send = Callable[[bytearray, int, bool], None]

_INSTANCE_LIST_INF = const(0xD5)
_INSTANCE_LIST = const(0xD6)
_LOCATION = const(0x81)
# Spontaneous frames carry this number: no controller uses it, so none takes them for an answer.
_SPONTANEOUS = const(0)
# A value is written before it is known to fit, so the buffer is longer than a frame by one value.
_LARGEST_VALUE = const(255)
# In place of the size of a value.
_NONE = const(-1)
_TOO_BIG = const(-2)
# After so many values that were written for nothing, as they did not fit, no more are tried.
_MISFITS_MOST = const(4)


class EchonetNode:
    """The objects of one node.

    Since power-up: `answered` counts answers, `discarded` datagrams that are no ECHONET Lite frame;
    requests to objects we do not have are in neither.
    """

    def __init__(
        self,
        profile: EchonetObject,
        devices: Sequence[EchonetObject],
    ) -> None:
        self.objects = (profile,) + tuple(devices)
        self._told: list[object] = []  # each announced value that can change, as it was last
        self._writer = Writer(bytearray(echonet.MAX_FRAME + _LARGEST_VALUE + 2), echonet.MAX_FRAME)
        self.answered = 0
        self.discarded = 0
        at = 0
        for each in self.objects:
            at = self._tell(each, at, None)

    def read(self, data: bytes | bytearray, length: int, frame: Frame) -> bool:
        """Whether data[:length] is a request to an object of ours; then `frame` holds it.

        No datagram makes this raise. The frame is the caller's, as one request may be answered
        while another waits.
        """
        if frame.parse(data, length) != echonet.GOOD:
            self.discarded += 1
            return False
        if frame.service not in echonet.REQUESTS:
            return False
        for each in self.objects:
            if meant(each.eoj, frame.target):
                return True
        return False

    def answer(self, each, frame: Frame, send: Send) -> None:
        """Do what the frame asks of `each`, an object that is `meant`; send what that calls for.

        The work is bounded by what fits into an answer, not by what is asked for. A frame to all
        instances asks many objects: between two of them the caller lets others have their turn.
        """
        self.answered += self._answer(each, frame, send)
        _let_go_own()

    def asks_all(self, frame: Frame) -> bool:
        """Whether this is a question that controllers send to the whole group.

        The network stack of the device does not tell multicast from unicast. What is multicast
        in the field is discovery (an instance list asked for first) and requests to instance 0.
        """
        if frame.service not in (echonet.GET, echonet.INF_REQ):
            return False
        if not frame.target & 0xFF:
            return True
        first = frame.data[frame.first]
        return frame.target == echonet.NODE_PROFILE and first in (
            _INSTANCE_LIST,
            _INSTANCE_LIST_INF,
        )

    def announce(self, send: Send) -> None:
        """Say which objects this node has: after start and after a change of address."""
        self._inform(self.objects[0], (_INSTANCE_LIST_INF,), send)
        _let_go_own()

    def poll(self, send: Send) -> None:
        """Announce what has changed. Compares a few ints for each object; call 5 times a second."""
        for source in self.objects[0].node.others:
            source.poll()
        at = 0
        for each in self.objects:
            at = self._tell(each, at, send)

    def _tell(self, each, at: int, send: Send | None) -> int:
        """Announce what has changed of an object whose values begin at _told[at]; where they end.

        Takes no memory if nothing has. The first time, only remembers.
        """
        told, source, i = self._told, each.source, each.i
        changed = None
        for point in source.points:
            if not point[ANNOUNCED]:
                break  # what is announced stands first
            now = source.value(point, i)
            if at == len(told):
                told.append(now)
            elif now != told[at]:
                told[at] = now
                changed = changed or []
                changed.append(each.epc_of(point[NAME]))
            at += 1
        now = each.location()
        if at == len(told):
            told.append(now)
        elif now != told[at]:
            told[at] = now
            changed = changed or []
            changed.append(_LOCATION)
        if changed and send:
            self._inform(each, sorted(changed), send)
        return at + 1

    def _inform(self, each, epcs: Sequence[int], send: Send) -> None:
        """One INF from `each` to all nodes with these properties."""
        writer = self._writer
        writer.begin(_SPONTANEOUS, each.eoj, echonet.NODE_PROFILE, echonet.INF)
        for epc in epcs:
            self._value(each, epc, "I", 0)
        send(writer.buf, writer.length, True)

    def _answer(self, each, frame: Frame, send: Send) -> int:
        """The number of frames sent, 0 or 1."""
        writer = self._writer
        service = frame.service
        writer.begin(frame.tid, each.eoj, frame.source, service + 0x10)
        if service == echonet.INFC:
            self._confirm(frame)
            good = True
        elif service in (echonet.SET_I, echonet.SET_C):
            good = self._set(each, frame)
        elif service == echonet.SET_GET:
            # All writes come before the first read, so a read shows the new value.
            written = self._set(each, frame)
            # The list is never longer than the request's own, so its second part always fits.
            writer.second_list()
            good = self._get(each, frame.data, frame.first2, frame.count2, "G") and written
        else:
            # What is not announced by itself is not sent to the whole group on demand either.
            access = "I" if service == echonet.INF_REQ else "G"
            good = self._get(each, frame.data, frame.first, frame.count, access)
        if not good:
            writer.service(service - 0x10)
        elif service == echonet.SET_I:
            return 0
        send(writer.buf, writer.length, good and service == echonet.INF_REQ)
        return 1

    def _get(self, each, data: bytes | bytearray, at: int, count: int, access: str) -> bool:
        """Append the values of `count` blocks from `at`; False if one of them is missing.

        What would not leave room for the blocks after it fails too: the rest of the frame keeps
        its count and order. A value in a Get block has no meaning and is passed over.
        """
        good = True
        misfits = 0
        while count:
            count -= 1
            if misfits == _MISFITS_MOST:
                self._writer.wrote(data[at], 0)
            else:
                size = self._value(each, data[at], access, count)
                if size < 0:
                    good = False
                    misfits += size == _TOO_BIG
            at += 2 + data[at + 1]
        return good

    def _value(self, each, epc: int, access: str, to_come: int) -> int:
        """Append one property; its size. _NONE or _TOO_BIG, and an empty block, without."""
        writer = self._writer
        size = each.get(epc, access, writer.buf, writer.length + 2)
        if size > writer.room(to_come):
            size = _TOO_BIG
        writer.wrote(epc, max(0, size))
        return size

    def _set(self, each, frame: Frame) -> bool:
        """Write every block of the first list; accepted ones come back empty, refused ones whole.

        There is no way back: what was accepted stays, whatever happens to the others.
        """
        data = frame.data
        at = frame.first
        good = True
        for _ in range(frame.count):
            epc = data[at]
            size = data[at + 1]
            if each.set(epc, data, at + 2, size):
                self._writer.block(epc)
            else:
                good = False
                self._writer.block(epc, data, at + 2, size)
            at += 2 + size
        return good

    def _confirm(self, frame: Frame) -> None:
        """Confirm an INFC: every block comes back empty, known or not."""
        at = frame.first
        self._writer.service(echonet.INFC_RES)
        for _ in range(frame.count):
            self._writer.block(frame.data[at])
            at += 2 + frame.data[at + 1]


def meant(eoj: int, target: int) -> bool:
    """Whether a request to `target` is one to `eoj`; instance 00 means all of the class."""
    return eoj == target or (not target & 0xFF and eoj >> 8 == target >> 8)


def _let_go_own() -> None:
    """Of what is needed seldom, but then perhaps many times in a frame."""
    if "tomoshibi.reporting.echonet_own" in sys.modules:
        let_go("reporting.echonet_own")
