"""Where nodes live: addresses that people give, and whether a node could use them."""

import errno
import socket

from tomo.errors import MachineRefused, UsageError
from tomo.scenario.records import Node
from tomo.tables.kinds import NotThat, ipv4

NO_NETWORK = "none"
_ECHONET_PORT = 3610


def given_address(option: str, text: str) -> str:
    """The address in `text`. Raises UsageError, naming the option it was given with."""
    try:
        return ipv4(text)
    except NotThat as expected:
        raise UsageError(f"{option}: expected {expected}, got {text!r}") from None


def given_net(text: str) -> str:
    """The first octets of `--net`, or NO_NETWORK. Raises UsageError."""
    octets = text.split(".")
    try:
        if text != NO_NETWORK:
            ipv4(".".join([*octets, *["1"] * max(1, 4 - len(octets))]))
    except NotThat:
        expected = f"1 to 3 octets of an IPv4 address such as 127.66.0, or {NO_NETWORK}"
        raise UsageError(f"--net: expected {expected}, got {text!r}") from None
    return text


def moved(nodes: tuple[Node, ...], net: str | None) -> dict[str, str]:
    """Address by node, with the first octets replaced by `net`; empty without a network.

    Raises UsageError if that brings two nodes to one address.
    """
    addresses: dict[str, str] = {}
    for node in nodes:
        ip = "" if net == NO_NETWORK else node.ip
        if ip and net:
            ip = ".".join([net, *ip.split(".")[net.count(".") + 1 :]])
        if ip and ip in addresses.values():
            raise UsageError(f"--net {net} gives two nodes the address {ip}", "Give fewer octets.")
        addresses[node.name] = ip
    return addresses


def need_free(ip: str) -> None:
    """Raise HostError if an ECHONET Lite node could not open its port at `ip`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((ip, _ECHONET_PORT))
        except OSError as error:
            raise _unusable(ip, error) from None


def _unusable(ip: str, error: OSError) -> MachineRefused:
    if error.errno == errno.EADDRINUSE:
        return MachineRefused(
            f"UDP port {_ECHONET_PORT} at {ip} is in use",
            "Another node or site may be running there: stop it, or use other addresses.",
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return MachineRefused(
            f"{ip} is no address of this machine",
            "Use 127.x.y.z, or add it with `ip addr add`.",
        )
    return MachineRefused(
        f"UDP port {_ECHONET_PORT} at {ip} cannot be used: {error.strerror}",
        "Use another address.",
    )
