"""What ECHONET Lite needs of this machine: an address, multicast, port 3610, an open firewall."""

import ipaddress
import re
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

from tomo.client.echonet import LOOPBACK, Controller, outward
from tomo.doctor import processes
from tomo.doctor.records import FAIL, OK, WARN, Finding
from tomo.errors import MachineRefused
from tomoshibi.wire import echonet

_LOOPBACKS = ipaddress.ip_network("127.0.0.0/8")
_GROUP = ipaddress.ip_address(echonet.GROUP)


def network() -> Iterator[Finding]:
    """Whether nodes in a network can be found: the group is joined as `tomo node` does it."""
    ours = outward()
    if ours in (None, LOOPBACK):
        found = f"no way to {echonet.GROUP}: only the desk nodes of this machine are found"
        remedy = "Join the nodes' network; a route: sudo ip route add 224.0.0.0/4 dev INTERFACE"
        yield Finding("network", WARN, found, remedy)
        return
    try:
        with Controller(ours):
            yield Finding("network", OK, f"{ours} hears {echonet.GROUP}")
    except MachineRefused as error:
        remedy = "End who has the port (below), or ask from another address: --from"
        yield Finding("network", FAIL, str(error), remedy)


def port(root: Path = Path("/")) -> Iterator[Finding]:
    """Whether answers, which always come to this port, come to us."""
    check = f"UDP {echonet.PORT}"
    taken = [
        (address, f"socket:[{inode}]")
        for address, inode in _bound(root)
        # A desk node has a loopback address of its own, and the group is for many.
        if address != _GROUP and (address not in _LOOPBACKS or str(address) == LOOPBACK)
    ]
    if not taken:
        yield Finding(check, OK, "free")
    for address, inode in taken:
        by = processes.told(processes.holders(inode, root)) or "a program of another user"
        remedy = "End it, or ask from another address: --from"
        yield Finding(check, WARN, f"{by} has it on {address}: answers may go there", remedy)


def firewall(root: Path = Path("/")) -> Iterator[Finding]:
    """A hint where one is on that we know; its rules are root's to read."""
    try:
        ufw = re.search(r"(?m)^ENABLED=yes", (root / "etc/ufw/ufw.conf").read_text())
    except OSError:
        ufw = None
    if ufw:
        yield _walled("ufw", f"sudo ufw allow {echonet.PORT}/udp")
    if processes.named(["firewalld"], root):
        yield _walled("firewalld", f"sudo firewall-cmd --add-port={echonet.PORT}/udp")


def _walled(which: str, remedy: str) -> Finding:
    return Finding("firewall", WARN, f"{which} is on: if no node is found, open the port", remedy)


def _bound(root: Path) -> Iterator[tuple[ipaddress.IPv4Address, str]]:
    """Addresses on which somebody has the port, and the inodes of the sockets.

    Source: Linux's proc(5), /proc/net/udp: address in hexadecimal, in the machine's byte order.
    """
    try:
        lines = (root / "proc/net/udp").read_text().splitlines()[1:]
    except OSError:
        return
    for line in lines:
        fields = line.split()
        address, _, port_hex = fields[1].partition(":")
        if int(port_hex, 16) == echonet.PORT:
            packed = struct.pack("=I", int(address, 16))
            yield ipaddress.IPv4Address(socket.inet_ntoa(packed)), fields[9]
