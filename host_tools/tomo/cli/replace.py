"""`tomo replace`: a new board takes the place of an old one, and goes on from its readings."""

from typing import Annotated

import typer

from tomo.cli.inventory import AsJson, Where, opened
from tomo.cli.provision import (
    NodeName,
    PasswordFile,
    Port,
    SiteFile,
    TrustClock,
    carry_out,
    node_of,
    wifi_password,
)
from tomo.cli.streams import print_warnings
from tomo.errors import HostError, UsageError
from tomo.inventory.store import Inventory
from tomo.provision.old_board import OldBoard, more_settings, need_of_node, read_old, retire
from tomo.provision.readings import completed, typed
from tomo.provision.steps import Order
from tomo.site import records
from tomo.site.node_settings import settings_of
from tomo.site.read import read

_PASSWORD = "wifi_password"


def replace(
    port: Port,
    site: SiteFile,
    node: NodeName,
    old: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE",
            help="The old board: its port, its flash image, a desk node's folder, or a dump.json.",
        ),
    ] = None,
    reading: Annotated[
        list[str] | None,
        typer.Option(
            metavar="BRANCH=WH/WH", help="What it showed last: import/export; repeatable."
        ),
    ] = None,
    from_zero: Annotated[
        bool, typer.Option("--from-zero", help="Nobody knows: the new one counts from 0.")
    ] = False,
    inventory: Where = None,
    wifi_password_file: PasswordFile = None,
    trust_clock: TrustClock = False,
    as_json: AsJson = False,
) -> None:
    """Make a fresh board the node that an old one was: name, settings, readings.

    PORT is the new board's. After a cut, run it again. Ends as `tomo provision` does; with status
    1 also if a reading is lower than what the old board shows.
    """
    found = read(site)
    print_warnings(tuple(map(str, found.warnings)))
    one = node_of(found.site, node)
    if not (old or reading or from_zero):
        raise UsageError(
            f"what did the old {one.name} show?",
            "--old SOURCE reads it, --reading 2=4711000/120 tells it, --from-zero does without.",
        )
    by_hand = typed(reading or ())
    was = read_old(old) if old else OldBoard()
    store = opened(inventory)
    need_of_node(was, _serials(store, found.site, one), one.name)
    more = more_settings(was, settings_of(found.site, one))
    password = more.pop(_PASSWORD, "")
    order = Order(
        found.site,
        one,
        wifi_password(found.site, wifi_password_file) or password,
        trust_clock,
        replaces=store.of_node(found.site.name, one.name),
        readings=completed(was.readings, by_hand) if one.load else None,
        more=more,
    )
    carry_out(order, port, store, as_json)
    if old and was.answers:
        _retire(old)


def _serials(inventory: Inventory, site: records.Site, node: records.Node) -> list[str]:
    boards = inventory.boards()
    return [one.serial for one in boards if (one.site, one.node) == (site.name, node.name)]


def _retire(old: str) -> None:
    """The new board is whole already: an old one that has gone meanwhile is no failure."""
    try:
        retire(old)
    except HostError as trouble:
        print_warnings((f"the old board's own log does not say that it was replaced: {trouble}",))
