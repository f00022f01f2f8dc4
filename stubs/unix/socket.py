"""The desk's `socket`, shaped like the ESP32's, over the host's.

Addresses are (ip, port) tuples and the option numbers are lwIP's. One UDP socket of the firmware
becomes several of the host: one on the node's own address, from which everything leaves, and one
for each multicast group joined, since Linux never hands multicast to a socket bound to a unicast
address. Without DESK_IP nothing leaves and nothing arrives. Groups are left with the network:
whoever loses it must join again.

What a node sent to a group is not handed back to it.

An empty datagram makes a socket useless, as on the ESP32: the port takes it for a stream's end,
and from then on `recvfrom` returns no bytes at once and takes nothing, while whatever still
arrives lets the socket be readable for ever. Source: ports/esp32/modsocket.c of MicroPython 1.25,
_socket_read_data and SOCKET_STATE_PEER_CLOSED.

Port 123 is one that a host lets nobody bind without privileges: with DESK_NTP_PORT the time server
that the firmware knows there is at that port of the host.

`recvfrom(n)` takes n bytes of heap in one piece before it takes a datagram, as the port does
(vstr_init_len), and fails with MemoryError where there is no such piece. Here every socket of the
host that is looked at takes one, and what came is copied out of it; there, one is shrunk to it.
"""

import errno
import io
import network
import select
import struct
import sys
from micropython import const
from os import getenv

# While sys.path is empty `import` finds the built-in module, not this file.
_path = sys.path[:]
sys.path.clear()
import socket as _host  # noqa: E402

sys.path.extend(_path)

AF_INET = 2
SOCK_STREAM = 1
SOCK_DGRAM = 2
IPPROTO_IP = 0
IPPROTO_TCP = 6
IPPROTO_UDP = 17
SOL_SOCKET = 0xFFF
SO_REUSEADDR = 4
SO_BROADCAST = 0x20
IP_ADD_MEMBERSHIP = 3

# The host's numbers (Linux, asm-generic/socket.h and linux/in.h).
_SOL_SOCKET = const(1)
_SO_REUSEADDR = const(2)
_SO_BROADCAST = const(6)
_IP_MULTICAST_IF = const(32)
_IP_ADD_MEMBERSHIP = const(35)

_GET_FILENO = const(10)
_CLOSE = const(4)

_NTP = const(123)

_UNREACHABLE = const(118)  # EHOSTUNREACH of lwIP

# Whom a socket names that takes nothing any more; the port shows what happens to be on its stack.
_NOBODY = ("0.0.0.0", 0)

# What to do instead of raising EADDRINUSE: `desk` ends the node, as somebody must put it right.
on_in_use = None


def getaddrinfo(host: str, port: int, af=0, type=0, proto=0, flags=0) -> list:
    return [(AF_INET, type or SOCK_STREAM, proto, "", (_resolve(host), port))]


class socket(io.IOBase):
    """A UDP socket. TCP is not simulated yet."""

    def __init__(self, af=AF_INET, type=SOCK_STREAM, proto=0) -> None:
        if af != AF_INET or type != SOCK_DGRAM:
            raise OSError(errno.EINVAL)
        self.desk_natives = ()  # all native sockets, the node's own address first
        self._ip = network.own_ip()
        self._port = 0
        self._timeout_ms = -1
        self._peer_closed = False
        self._drops = self._joined_drops = network.drops()
        if self._ip:
            own = _host.socket(_host.AF_INET, _host.SOCK_DGRAM)
            own.setblocking(False)
            own.setsockopt(IPPROTO_IP, _IP_MULTICAST_IF, _packed(self._ip))
            self.desk_natives = (own,)

    def bind(self, address) -> None:
        ip, port = address
        self._port = port
        if not self.desk_natives:
            return
        ip = self._ip if ip in ("", "0.0.0.0") else _resolve(ip)
        try:
            self.desk_natives[0].bind(_sockaddr(ip, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE and on_in_use is not None:
                on_in_use(ip, port)
            raise

    def setsockopt(self, level: int, option: int, value) -> None:
        """The level is ignored, and so are options that do not matter here, as lwIP does."""
        if not self.desk_natives:
            return
        if option == IP_ADD_MEMBERSHIP:
            if len(value) != 8:
                raise ValueError("need group and interface, 8 bytes")
            self._join(bytes(value[:4]))
        elif option == SO_BROADCAST:
            self.desk_natives[0].setsockopt(_SOL_SOCKET, _SO_BROADCAST, value)
        # Not SO_REUSEADDR: two nodes on one address would each get some of the datagrams.

    def _join(self, group: bytes) -> None:
        interface = _packed(self._ip)
        if self._joined_drops != network.drops():
            for native in self.desk_natives[1:]:
                native.close()
            self.desk_natives = self.desk_natives[:1]
            self._joined_drops = network.drops()
        native = _host.socket(_host.AF_INET, _host.SOCK_DGRAM)
        native.setblocking(False)
        native.setsockopt(_SOL_SOCKET, _SO_REUSEADDR, 1)
        native.bind(_sockaddr(_dotted(group), self._port))
        native.setsockopt(IPPROTO_IP, _IP_ADD_MEMBERSHIP, group + interface)
        self.desk_natives += (native,)

    def setblocking(self, flag: bool) -> None:
        self._timeout_ms = -1 if flag else 0

    def settimeout(self, seconds) -> None:
        self._timeout_ms = -1 if seconds is None else int(seconds * 1000)

    def sendto(self, data, address) -> int:
        if not self.desk_natives:
            return len(data)
        if not self._reached(self.desk_natives[0]):
            raise OSError(_UNREACHABLE)
        ip, port = address
        outside = _ntp_port() if port == _NTP else port
        return self.desk_natives[0].sendto(data, _sockaddr(_resolve(ip), outside))

    def recvfrom(self, size: int) -> tuple:
        """One datagram, cut to `size` bytes, and who sent it. Raises MemoryError, see above."""
        if self._peer_closed:
            return b"", _NOBODY
        while True:
            for native in self.desk_natives:
                found = self._take(native, size)
                if found is not None:
                    return found
            self._wait()

    def recv(self, size: int) -> bytes:
        return self.recvfrom(size)[0]

    def _take(self, native, size: int):
        try:
            data, sender = native.recvfrom(size)
        except OSError as error:
            # Refused: an earlier answer went to a port where nobody listens any more.
            if error.errno in (errno.EAGAIN, errno.ECONNREFUSED):
                return None
            raise
        if not self._reached(native):
            return None
        ip, port = _dotted(sender[4:8]), sender[2] << 8 | sender[3]
        if native is not self.desk_natives[0] and (ip, port) == (self._ip, self._port):
            return None
        self._peer_closed = not data
        return data, (ip, _NTP if port == _ntp_port() else port)

    def _reached(self, native) -> bool:
        """False without a network, at an address that is ours no more, in a group joined before."""
        if network.away():
            return False
        if native is not self.desk_natives[0]:
            return self._joined_drops == network.drops()
        return self._drops == network.drops() or self._ip == network.own_ip()

    def _wait(self) -> None:
        """Block for as long as this socket may."""
        if not self._timeout_ms or not self.desk_natives:
            raise OSError(errno.EAGAIN)
        poller = select.poll()
        for native in self.desk_natives:
            poller.register(native, select.POLLIN)
        if not poller.poll(self._timeout_ms):
            raise OSError(errno.ETIMEDOUT)

    def close(self) -> None:
        for native in self.desk_natives:
            native.close()
        self.desk_natives = ()

    def fileno(self) -> int:
        return self.desk_natives[0].fileno() if self.desk_natives else -1

    def ioctl(self, request: int, _argument) -> int:
        """For those who poll without asyncio."""
        if request == _GET_FILENO:
            return self.fileno()
        if request == _CLOSE:
            self.close()
            return 0
        return -1


def _ntp_port() -> int:
    return int(getenv("DESK_NTP_PORT") or _NTP)


def _resolve(host: str) -> str:
    """A dotted address stays; a name is looked up by the host."""
    if host and host[0].isdigit():
        return host
    return _dotted(_host.getaddrinfo(host, 0)[0][-1][4:8])


def _packed(ip: str) -> bytes:
    return bytes(int(part) for part in ip.split("."))


def _dotted(packed: bytes) -> str:
    return "%d.%d.%d.%d" % tuple(packed)


def _sockaddr(ip: str, port: int) -> bytes:
    """struct sockaddr_in: family in the host's order, port and address in the network's."""
    return struct.pack("<HBB", AF_INET, port >> 8, port & 0xFF) + _packed(ip) + bytes(8)
