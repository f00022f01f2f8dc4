"""Whether the nodes that run are those of the site file: what each can tell, against what is said.

Over ECHONET Lite a node tells its kind and its serial number; on its console its firmware's
version and all settings, too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tomo.client.echonet import Controller
from tomo.client.survey import about
from tomo.errors import HostError
from tomo.jobs.stored_settings import flat
from tomo.provision.node import Node
from tomo.site import records
from tomo.site.node_settings import settings_of
from tomo.transport.console import open_console

SAME, DIFFERS, UNREACHABLE, NOT_ASKED = "same", "differs", "unreachable", "not asked"
_PRODUCT_MOST = 12  # characters, of 8C


@dataclass(frozen=True)
class Seen:
    """One node: state, and in differs or unreachable what (`key`), as wanted and as found."""

    node: str
    state: str
    key: str = ""
    wanted: Any = None
    found: Any = None


def compare(
    site: records.Site,
    serials: Mapping[str, str],
    ports: Mapping[str, str],
    controller: Controller,
) -> Iterator[Seen]:
    """One or more of each node.

    serials   by node, where one is known: the site file's own or the inventory's
    ports     consoles by node; the others are asked at their `ip`
    """
    for node in site.node:
        wanted_serial = serials.get(node.name, "")
        try:
            if node.name in ports:
                found = list(_on_console(site, node, wanted_serial, ports[node.name]))
            elif node.ip:
                found = list(_at_address(node, wanted_serial, controller))
            else:
                yield Seen(node.name, NOT_ASKED, "ip")
                continue
        except HostError as trouble:
            yield Seen(node.name, UNREACHABLE, node.ip, None, str(trouble))
            continue
        yield from found or [Seen(node.name, SAME)]


def _at_address(node: records.Node, serial: str, controller: Controller) -> Iterator[Seen]:
    told = about(controller, node.ip, [])
    yield from _differing(node.name, "board", node.board[:_PRODUCT_MOST], told["product"])
    if serial:
        yield from _differing(node.name, "serial", serial, told["serial"])


def _on_console(site: records.Site, node: records.Node, serial: str, port: str) -> Iterator[Seen]:
    with open_console(port) as console:
        asked = Node(console)
        seen = asked.see()
        stored = dict(flat(asked.settings()))
    yield from _differing(node.name, "board", node.board, seen.board)
    if serial:
        yield from _differing(node.name, "serial", serial, seen.serial)
    if site.firmware:
        yield from _differing(node.name, "firmware", site.firmware, seen.firmware)
    if seen.local is None:
        yield Seen(node.name, DIFFERS, "clock", "set", "never set")
    for key, value in flat(settings_of(site, node)):
        yield from _differing(node.name, key, value, stored.get(key))


def _differing(node: str, key: str, wanted: Any, found: Any) -> Iterator[Seen]:
    if wanted != found:
        yield Seen(node, DIFFERS, key, wanted, found)
