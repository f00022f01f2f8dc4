"""`tomo provision`: makes a fresh board a node of a site."""

import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tomo.cli.inventory import AsJson, Where, opened
from tomo.cli.label import draw
from tomo.cli.streams import print_warnings, say
from tomo.errors import HostError, UsageError
from tomo.files import reading
from tomo.guess import meant
from tomo.inventory.records import Board
from tomo.inventory.store import Inventory
from tomo.jobs.stored_settings import need_good
from tomo.label.plate import plate_of
from tomo.provision.node import Node
from tomo.provision.steps import Order
from tomo.provision.steps import provision as do_provision
from tomo.render import provision as render
from tomo.render.node import json_line
from tomo.site import records
from tomo.site.read import read
from tomo.transport.console import open_console

_BUSY_S = 90.0
PASSWORD = "TOMO_WIFI_PASSWORD"  # where it may stand; never on a command line, which all can see

Port = Annotated[
    str, typer.Argument(metavar="PORT", help="Serial port of the node's console, or its URL.")
]
SiteFile = Annotated[Path, typer.Option("--site", help="Site file, such as examples/site.toml.")]
NodeName = Annotated[
    str, typer.Option("--node", metavar="NAME", help="Which node of it this board is.")
]
PasswordFile = Annotated[
    Path | None,
    typer.Option(
        "--wifi-password-file",
        metavar="FILE",
        help=f"Its first line; else {PASSWORD}, or you are asked.",
    ),
]
TrustClock = Annotated[
    bool, typer.Option("--trust-clock", help="This machine's clock is right all the same.")
]


def provision(
    port: Port,
    site: SiteFile,
    node: NodeName,
    inventory: Where = None,
    wifi_password_file: PasswordFile = None,
    trust_clock: TrustClock = False,
    move: Annotated[
        bool, typer.Option("--move", help="The board was another node until now.")
    ] = False,
    label: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the board's label there, a PNG.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a fresh board a node of a site: identity, keys, settings, time.

    What is there already is found and stays: after a cut, run it again. Ends with status 1 for a
    board that is not this node's, 3 if it is silent, 5 if this machine's disk or clock fails.
    """
    found = read(site)
    print_warnings(tuple(map(str, found.warnings)))
    one = node_of(found.site, node)
    password = wifi_password(found.site, wifi_password_file)
    order = Order(found.site, one, password, trust_clock, move)
    board = carry_out(order, port, opened(inventory), as_json)
    if label:
        draw(plate_of(board, found.site, one), label)
    elif not as_json:
        say(render.next_line(board, site), "")


def carry_out(order: Order, port: str, inventory: Inventory, as_json: bool) -> Board:
    """Make the board on `port` what is ordered, and tell of each step. Raises HostError."""

    def tell(step: str, state: str) -> None:
        fields = {"step": step, "state": state}
        typer.echo(json_line(fields) if as_json else render.step_line(step, state))

    began = time.monotonic()
    with open_console(port) as console:
        # Loads that return one by one may keep a node from writing for that long.
        console.busy_s = _BUSY_S
        console.on_busy = _tell_busy
        board = do_provision(order, Node(console), inventory, tell)
    took_s = round(time.monotonic() - began, 1)
    if as_json:
        typer.echo(json_line(asdict(board) | {"took_s": took_s}))
    else:
        say(render.done_line(board, took_s), "green")
    return board


def _tell_busy() -> None:
    words = "its grid is not normal, or a relay has just moved"
    print_warnings((f"the node writes nothing now: {words}; waiting, {_BUSY_S:g} s at most",))


def node_of(site: records.Site, name: str) -> records.Node:
    """The node of this name. Raises UsageError with those there are."""
    known = {one.name: one for one in site.node}
    if name not in known:
        near = meant(name, list(known))
        guess = f"Did you mean {near!r}? " if near else ""
        raise UsageError(f"no node {name!r} in {site.path}", f"{guess}Nodes: {', '.join(known)}")
    return known[name]


def wifi_password(site: records.Site, file: Path | None) -> str:
    """Of the Wi-Fi; empty where there is none, or where nobody gives it. Raises HostError."""
    if file is not None:
        with reading(file):
            password = file.read_text("utf-8").partition("\n")[0].rstrip("\r")
    elif PASSWORD in os.environ:
        password = os.environ[PASSWORD]
    elif site.network.ssid and sys.stdin.isatty():
        words = f"Password of the Wi-Fi {site.network.ssid} (nothing: leave what is there)"
        password = typer.prompt(words, default="", hide_input=True, show_default=False, err=True)
    else:
        if site.network.ssid:
            print_warnings((f"no Wi-Fi password given: what is there stays ({PASSWORD})",))
        return ""
    if file is not None and not password:
        raise HostError(f"{file} has no password in its first line")
    need_good({"wifi_password": password})
    return password
