"""An ECHONET Lite controller: finds nodes, reads properties, hears announcements.

Answers always come to port 3610, so the controller listens there, on one leg for each of its own
addresses. A leg has two sockets: one on the address itself for what is sent to us alone, and one
on the multicast group. Several programs on one machine can share the group; the address goes to
whoever bound it last.

Source: docs/echonet-lite.md, "Answers" and "Timing". The frame is the firmware's own codec.
"""

import select
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Self

from tomo.errors import HostError, MachineRefused, NodeSilent, NodeWrong, UsageError
from tomoshibi.wire import echonet
from tomoshibi.wire.echonet import Frame, Writer
from tomoshibi.wire.echonet_map import read_codes, read_map

INSTANCE_LIST = 0xD6
INSTANCE_LIST_INF = 0xD5
GET_MAP = 0x9F
LOOPBACK = "127.0.0.1"
# One answer should stay in one datagram; five histories of 194 bytes do.
BATCH = 5
TRIES = 2

_ANSWERS = (echonet.GET_RES, echonet.GET_SNA)


class Heard(NamedTuple):
    """A frame and the address it came from."""

    ip: str
    frame: Frame


class _Leg:
    """Our two sockets on one of our own addresses."""

    def __init__(self, local: str) -> None:
        self.local = local
        self.alone = _bound((local, echonet.PORT))
        try:
            packed = socket.inet_aton(local)
            self.alone.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, packed)
            self.group = _bound((echonet.GROUP, echonet.PORT))
            join = socket.inet_aton(echonet.GROUP) + packed
            self.group.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, join)
        except OSError:
            self.close()
            raise

    def sockets(self) -> list[socket.socket]:
        return [self.alone, self.group]

    def close(self) -> None:
        self.alone.close()
        if hasattr(self, "group"):
            self.group.close()


class Controller:
    """Use in a `with`. `local` is one of our own addresses; None takes the one toward the
    network and the loopback, where desk nodes live.

    timeout_s   how long a node has to answer one request
    on_frame    called with (ip, bytes, whether we sent it), for those who want to see frames
    """

    def __init__(
        self,
        local: str | None = None,
        timeout_s: float = 3.0,
        on_frame: Callable[[str, bytes, bool], None] | None = None,
    ) -> None:
        self._legs = _open_legs(local)
        self._timeout_s = timeout_s
        self._on_frame = on_frame or (lambda *_: None)
        self._tid = 0
        self._writer = Writer(bytearray(echonet.MAX_FRAME))
        self._announced: deque[Heard] = deque(maxlen=1_000)
        self._bad: dict[str, str] = {}  # who sent no frame in the last round, and why it is none
        self.ignored = 0  # datagrams that were no ECHONET Lite frame

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        for leg in self._legs:
            leg.close()

    def discover(self, wait_s: float, addresses: Iterable[str] = ()) -> dict[str, list[int]]:
        """Objects by node address, of all nodes that answer within `wait_s`.

        Asks the whole group three times, as multicast gets lost, and `addresses` directly.
        """
        found: dict[str, list[int]] = {}
        until = time.monotonic() + wait_s
        asks = deque(until - wait_s + wait_s * part / 4 for part in range(3))
        while (left_s := until - time.monotonic()) > 0:
            if asks and time.monotonic() >= asks[0]:
                asks.popleft()
                self._ask_for_lists(addresses)
            pause_s = min(left_s, asks[0] - time.monotonic()) if asks else left_s
            for heard in self._hear(max(0.0, pause_s)):
                objects = _instances(heard.frame)
                if objects is not None:
                    found[heard.ip] = objects
        return found

    def get(self, ip: str, eoj: int, epcs: Iterable[int]) -> dict[int, bytes | None]:
        """Values by EPC; None where the node refuses.

        Some nodes answer fewer properties than they were asked for; the rest is asked again.
        Raises NodeSilent or NodeWrong.
        """
        values: dict[int, bytes | None] = {}
        left = list(dict.fromkeys(epcs))
        while left:
            frame = self._request(ip, eoj, left[:BATCH])
            refused = frame.service == echonet.GET_SNA
            answered = dict(frame.blocks())
            if not set(answered) & set(left):
                raise NodeWrong(f"{ip} answered {eoj:06X} with none of the properties asked for")
            for epc, value in answered.items():
                values[epc] = None if refused and not value else value
            left = [epc for epc in left if epc not in values]
        return values

    def objects(self, ip: str) -> list[int]:
        """The device objects of a node."""
        value = self.get(ip, echonet.NODE_PROFILE, [INSTANCE_LIST])[INSTANCE_LIST]
        return _checked(ip, "instance list", value, lambda data: read_codes(data, 3))

    def readable(self, ip: str, eoj: int) -> list[int]:
        """What the node says can be read of an object."""
        value = self.get(ip, eoj, [GET_MAP])[GET_MAP]
        return _checked(ip, f"get map of {eoj:06X}", value, read_map)

    def announcements(self, wait_s: float) -> Iterator[Heard]:
        """INF and INFC frames as they come, for `wait_s`; those heard meanwhile come first."""
        until = time.monotonic() + wait_s
        while True:
            while self._announced:
                yield self._announced.popleft()
            left_s = until - time.monotonic()
            if left_s <= 0:
                return
            for _ in self._hear(left_s):
                pass

    def _request(self, ip: str, eoj: int, epcs: list[int]) -> Frame:
        """Send one Get and wait for its answer, more than once if need be."""
        wrong = ""
        for _ in range(TRIES):
            tid = self._next_tid()
            self._send_get(ip, tid, eoj, epcs)
            until = time.monotonic() + self._timeout_s
            while (left_s := until - time.monotonic()) > 0:
                for heard in self._hear(left_s):
                    frame = heard.frame
                    if heard.ip == ip and frame.tid == tid and frame.service in _ANSWERS:
                        if frame.source != eoj:
                            raise NodeWrong(f"{ip} answered for {frame.source:06X}, not {eoj:06X}")
                        return frame
                wrong = self._bad.get(ip, wrong)
        if wrong:
            raise NodeWrong(f"{ip} answered with a frame that is {wrong}")
        tries = f"{TRIES} tries of {self._timeout_s:g} s"
        raise NodeSilent(f"{ip} did not answer for {eoj:06X} in {tries}")

    def _ask_for_lists(self, addresses: Iterable[str]) -> None:
        for leg in self._legs:
            self._send_get(echonet.GROUP, self._next_tid(), echonet.NODE_PROFILE, [0xD6], leg)
        for ip in addresses:
            self._send_get(ip, self._next_tid(), echonet.NODE_PROFILE, [0xD6])

    def _send_get(
        self, ip: str, tid: int, eoj: int, epcs: list[int], leg: _Leg | None = None
    ) -> None:
        self._writer.begin(tid, echonet.CONTROLLER, eoj, echonet.GET)
        for epc in epcs:
            self._writer.block(epc)
        data = self._writer.frame()
        self._on_frame(ip, data, True)
        try:
            (leg or self._leg_to(ip)).alone.sendto(data, (ip, echonet.PORT))
        except OSError as error:
            raise MachineRefused(
                f"cannot send to {ip}: {error.strerror}", "Check the address, or name ours: --from."
            ) from None

    def _leg_to(self, ip: str) -> _Leg:
        """The loopback leg for a loopback address, the other one for the rest of the world."""
        for leg in self._legs:
            if leg.local.startswith("127.") == ip.startswith("127."):
                return leg
        return self._legs[0]

    def _next_tid(self) -> int:
        """1 to FFFF; 0 is for announcements."""
        self._tid = self._tid % 0xFFFF + 1
        return self._tid

    def _hear(self, wait_s: float) -> list[Heard]:
        """Frames that have come, after waiting `wait_s` for the first; announcements are kept."""
        self._bad.clear()
        sockets = [each for leg in self._legs for each in leg.sockets()]
        heard = []
        for ready in select.select(sockets, [], [], wait_s)[0]:
            try:
                data, (ip, _) = ready.recvfrom(65_536)
            except OSError:
                continue  # a port that answered "unreachable"; silence tells the rest
            self._on_frame(ip, data, False)
            frame = Frame()
            verdict = frame.parse(data, len(data))
            if verdict != echonet.GOOD:
                self.ignored += 1
                self._bad[ip] = echonet.REASONS[verdict]
                continue
            heard.append(Heard(ip, frame))
            if frame.service in (echonet.INF, echonet.INFC):
                self._announced.append(heard[-1])
        return heard


def parse_eoj(text: str) -> int:
    """An object as people write it: 028D01 or 0x028D01."""
    try:
        eoj = int(text, 16)
    except ValueError:
        eoj = -1
    if not 0 <= eoj <= 0xFFFFFF or not 1 <= eoj & 0xFF <= echonet.LAST_INSTANCE:
        raise UsageError(f"{text} is no object", "Write class and instance, such as 028D01.")
    return eoj


def _open_legs(local: str | None) -> list[_Leg]:
    if local is not None:
        return [_leg(local)]
    ours = outward()
    legs = [_leg(ours)] if ours and ours != LOOPBACK else []
    try:
        legs.append(_leg(LOOPBACK))
    except HostError:
        if not legs:
            raise
    return legs


def _leg(local: str) -> _Leg:
    try:
        return _Leg(local)
    except OSError as error:
        raise MachineRefused(
            f"cannot listen on {local} port {echonet.PORT}: {error.strerror or error}",
            "Another program may hold the port, or the address is not ours; try --from.",
        ) from None


def outward() -> str | None:
    """Our address on the network that the multicast group is reached through, if there is one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((echonet.GROUP, echonet.PORT))
        except OSError:
            return None
        return probe.getsockname()[0]


def _bound(address: tuple[str, int]) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind(address)
    except OSError:
        sock.close()
        raise
    return sock


def _instances(frame: Frame) -> list[int] | None:
    """The instance list in a frame of a node profile, asked for or announced."""
    if frame.source != echonet.NODE_PROFILE or frame.service not in (*_ANSWERS, echonet.INF):
        return None
    for epc, value in frame.blocks():
        if epc in (INSTANCE_LIST, INSTANCE_LIST_INF) and value:
            try:
                return read_codes(value, 3)
            except ValueError:
                return None
    return None


def _checked(
    ip: str, what: str, value: bytes | None, read: Callable[[bytes], list[int]]
) -> list[int]:
    """A list that everything else depends on; a node that has none, or a bad one, is wrong."""
    if value is None:
        raise NodeWrong(f"{ip} refuses to give its {what}")
    try:
        return read(value)
    except ValueError as error:
        raise NodeWrong(f"{ip}: {what}: {error}") from None
