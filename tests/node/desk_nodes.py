"""Whole desk nodes in real time: on loopback addresses of their own, or behind a serial port."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path

from tomo.transport.desk_node import Desk, DeskNode

READY_S = 20.0
LOADS = [{"name": f"load {n}", "tier": min(n, 4), "rated_w": 400, "min_off_s": 0} for n in range(6)]
SETTINGS = {
    "name": "under test",
    "island_limit_w": 1_350,
    "return_hold_s": 5,
    "short_hold_s": 1,
    "step_gap_s": 5,
    "stagger_s": 0,
}
# The grid is there, one phase of 101 V.
MAINS = {
    "grid_mv": 101_000,
    "load_mv": 101_000,
    "grid_mhz": 50_000,
    "load_mhz": 50_000,
}
GROUP = "224.0.23.0"
_seats = count(1)


def seats(number: int) -> list[str]:
    """Loopback addresses that no other test uses, in this process or in another."""
    process = os.getpid()
    network = f"127.{200 + process % 50}.{(process // 50 + next(_seats)) % 250}"
    return [f"{network}.{host}" for host in range(1, number + 1)]


@contextmanager
def running(board: str, ip: str, folder: Path) -> Iterator[DeskNode]:
    """A node at `ip` that has said that it serves the network."""
    settings = SETTINGS | ({"loads": LOADS} if board == "submeter6" else {})
    desk = Desk(board, board, ip=ip, seed=int(ip.split(".")[-1]))
    with ExitStack() as stack:
        node = stack.enter_context(DeskNode(desk, folder, settings))
        node.hello()
        node.send({"set": MAINS | ({"islanded": 0} if board == "submeter6" else {})})
        wait_event(node, lambda event: event["event"] == "ready", READY_S)
        yield node


@contextmanager
def with_port(board: str, folder: Path, *more: str) -> Iterator[str]:
    """The serial port of a node without network that `tomo desk` runs until the `with` ends."""
    command = [sys.executable, "-c", "from tomo.cli.app import main; main()", "desk", board]
    process = subprocess.Popen(
        [*command, "--ip", "", "--serial", "--folder", str(folder), *more],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(READY_S, process.kill)
    watchdog.start()
    try:
        assert process.stdout
        told, _, path = process.stdout.readline().strip().partition(" ")
        assert told == "console:"
        watchdog.cancel()
        yield path
        process.send_signal(signal.SIGINT)
        assert process.wait(READY_S) == 0
    finally:
        watchdog.cancel()
        process.kill()
        process.communicate()


def wait_event(node: DeskNode, wanted: Callable[[dict], bool], timeout_s: float) -> dict:
    """The first console event that is `wanted`. Raises NodeSilent if none comes in time."""
    until = time.monotonic() + timeout_s
    while True:
        line = node.line(max(0.01, until - time.monotonic()))
        if not line.startswith("{"):
            raise AssertionError(f"the node's console shows {line!r} and then {list(node.lines())}")
        event = json.loads(line)
        if wanted(event):
            return event


class Asker:
    """A bare socket on port 3610 of `ip`: sends what it is told and shows what comes back."""

    def __init__(self, ip: str) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(ip))
        self._socket.bind((ip, 3610))

    def __enter__(self) -> "Asker":
        return self

    def __exit__(self, *_exc: object) -> None:
        self._socket.close()

    def throw(self, data: bytes, ip: str) -> None:
        self._socket.sendto(data, (ip, 3610))

    def catch(self, timeout_s: float) -> bytes | None:
        """The next datagram, or None."""
        self._socket.settimeout(timeout_s)
        try:
            return self._socket.recv(2_000)
        except TimeoutError:
            return None


class Listener:
    """A bare socket in ECHONET Lite's group: who has spoken there?"""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((GROUP, 3610))
        join = socket.inet_aton(GROUP) + socket.inet_aton("127.0.0.1")
        self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, join)
        self._socket.setblocking(False)

    def __enter__(self) -> "Listener":
        return self

    def __exit__(self, *_exc: object) -> None:
        self._socket.close()

    def speakers(self, *of: str) -> set[str]:
        """Those of these addresses that have sent something since the last call."""
        return {speaker for speaker, _ in self._heard()}.intersection(of)

    def frames(self, of: str) -> list[bytes]:
        """What this address has sent since the last call."""
        return [data for speaker, data in self._heard() if speaker == of]

    def _heard(self) -> list[tuple[str, bytes]]:
        heard = []
        with suppress(BlockingIOError):
            while True:
                data, sender = self._socket.recvfrom(2_000)
                heard.append((sender[0], data))
        return heard
