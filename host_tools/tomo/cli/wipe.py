"""`tomo wipe`: a node leaves service, and nothing that it kept goes with it."""

import sys
from typing import Annotated

import typer

from tomo.cli.inventory import AsJson, Where, opened
from tomo.cli.provision import Port
from tomo.cli.streams import say
from tomo.errors import UsageError
from tomo.provision.node import Node
from tomo.provision.wipe import wipe as do_wipe
from tomo.render.node import json_line
from tomo.transport.console import open_console


def wipe(
    port: Port,
    confirm: Annotated[
        str | None,
        typer.Option(metavar="SERIAL", help="The board that is meant; else you are asked."),
    ] = None,
    keep_key: Annotated[
        bool, typer.Option("--keep-key", help="Keep its keys, as to read images of before.")
    ] = False,
    inventory: Where = None,
    as_json: AsJson = False,
) -> None:
    """Take a node out of service: erase all that it keeps, and prove it.

    Identity, keys, settings, counters, half hours, events. Relays open first. It cannot be taken
    back; `tomo registers dump` saves counters before. After a cut, run it again. Ends with status 1
    for another board than the one confirmed, and for one whose key this machine does not hold.
    """
    with open_console(port) as console:
        node = Node(console)
        if confirm is None:
            if not sys.stdin.isatty():
                raise UsageError("which board is meant?", "--confirm SERIAL says it.")
            confirm = str(typer.prompt(f"Type {node.see().serial} to wipe this board", err=True))
        serial = do_wipe(node, opened(inventory), confirm.strip(), keep_key)
    if as_json:
        typer.echo(json_line({"serial": serial, "state": "wiped", "keys_kept": keep_key}))
    else:
        say(f"{serial} is blank: read back by itself, and found so after a restart", "green")
