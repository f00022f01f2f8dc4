"""One UDP socket for ECHONET Lite: port 3610 on every address, and the multicast group.

Everything goes out from the listening socket and to port 3610 of the other side, whatever port
it asked from: controllers that ask from another port still listen on 3610.

On the ESP32 joining a group belongs to the interface and lasts until that goes down, so the
socket is opened anew after every reconnect. It is opened anew after an empty datagram, too: that
the port takes for the end of a stream, and hands over nothing that comes after it.

Source: docs/echonet-lite.md, "Addresses"; ports/esp32 (modsocket.c) and lwIP of MicroPython 1.25.
"""

import asyncio
import socket
from micropython import const
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_ANY = "0.0.0.0"
_NOTHING_THERE = const(11)  # EAGAIN
_NOT_CONNECTED = const(107)  # ENOTCONN


class UdpLink:
    """The node's way to the network, for datagrams of at most `largest` bytes.

    `address` answers the node's own IPv4 address, or "" while it has none. `own_ip` is the one
    the socket was opened with. `sender` is the address of the datagram last received. `dropped`
    counts sends that the network refused: UDP promises nothing, so a lost answer is the
    controller's to ask again. `empty` counts datagrams of no bytes, after which the socket is
    another one; `received_long` those that are longer than `largest`, which are left alone.
    """

    def __init__(self, address: Callable[[], str], group: str, port: int, largest: int) -> None:
        self.address = address
        self.own_ip = ""
        self.sender = ""
        self.dropped = 0
        self.empty = 0
        self.received_long = 0
        self._group = group
        self._port = port
        # The port takes a piece of so many bytes from the heap for every datagram, however short.
        # One more than we want shows which were cut.
        self._room = largest + 1
        self._socket: socket.socket | None = None

    def open(self) -> None:
        """Bind and join at the present address. Raises LinkDown with the platform's errno."""
        self.own_ip = self.address()
        if not self.own_ip:
            raise _down(_NOT_CONNECTED)  # gone since somebody asked for it
        self._bind()

    def _bind(self) -> None:
        """Bind and join at `own_ip`."""
        self.close()
        link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            link.bind((_ANY, self._port))
            join = _packed(self._group) + _packed(self.own_ip)
            link.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, join)
            link.setblocking(False)
        except OSError as error:
            link.close()
            raise _down(error.errno or 0)
        self._socket = link

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    async def receive(self) -> bytes:
        """The next datagram that is not our own. Raises LinkDown when the socket fails."""
        while True:
            if self._socket is None:
                raise _down(_NOT_CONNECTED)
            # Type checkers know CPython's asyncio, where a generator cannot be awaited.
            await _arrival(self._socket)  # pyright: ignore
            data = self._take(self._socket)
            if data:
                return data

    def send(self, buf: bytearray, length: int, ip: str) -> bool:
        """Send buf[:length] to port 3610 of `ip`; False if the network did not take it."""
        try:
            if self._socket is None:
                raise OSError(_NOT_CONNECTED)
            self._socket.sendto(memoryview(buf)[:length], (ip, self._port))
        except OSError:
            self.dropped += 1
            return False
        return True

    def send_group(self, buf: bytearray, length: int) -> bool:
        """Send buf[:length] to the multicast group."""
        return self.send(buf, length, self._group)

    def _take(self, link: socket.socket) -> bytes | None:
        """What has arrived; None if nothing has, or if it is our own multicast coming back."""
        try:
            data, address = link.recvfrom(self._room)
        except OSError as error:
            if error.errno == _NOTHING_THERE:
                return None
            raise _down(error.errno or 0)
        self.sender = address[0]
        if not data:
            self.empty += 1
            self._bind()
            return None
        if len(data) == self._room:
            self.received_long += 1
            return None
        return None if self.sender == self.own_ip else data


def _arrival(link):
    """Wait until `link` can be read. A plain generator: MicroPython's asyncio awaits those."""
    yield asyncio.core._io_queue.queue_read(link)  # pyright: ignore


def _down(errno: int) -> Exception:
    from tomoshibi.core.ends import LinkDown

    return LinkDown("udp", errno)


def _packed(ip: str) -> bytes:
    """The four bytes of a dotted address."""
    return bytes(int(part) for part in ip.split("."))
