"""Virtual boards become the nodes of a site: flashed by their kinds, and provisioned."""

import time
from collections.abc import Mapping
from pathlib import Path

from proofs.tray.bench import Bench
from proofs.tray.commands import build, flash, tomo
from tomo.errors import NodeSilent, NodeWrong
from tomo.site.records import Site
from tomo.transport.console import open_console

_STARTS_S = 60.0


def flash_all(bench: Bench, folder: Path, site: Site, seats: Mapping[str, int]) -> None:
    """Each board gets a trial image of what its node is, and is switched off.

    What runs and nobody looks at takes its part of the machine, too.

    seats   boards' numbers by node
    """
    for board in dict.fromkeys(node.board for node in site.node):
        numbers = [seats[node.name] for node in site.node if node.board == board]
        ports = [bench.port(number) for number in numbers]
        flash(build(folder, board), ports, status=0, board=board)
        for number in numbers:
            bench.order(number, "power off")


def provision(bench: Bench, site: Site, node: str, number: int, inventory: Path) -> None:
    """By the command that a technician has, once the board's node is there."""
    _until_it_runs(bench.port(number))
    password = inventory.with_name("password")
    password.write_text("correct horse\n", encoding="utf-8")
    words = ("--site", site.path, "--node", node, "--inventory", inventory)
    words += ("--wifi-password-file", password)
    tomo("provision", bench.port(number), *words, "--json")


def _until_it_runs(port: str) -> None:
    """A technician looks at the console; on a busy machine a start takes its time."""
    until = time.monotonic() + _STARTS_S
    while True:
        try:
            with open_console(port) as console:
                console.ask("status", "status")
            return
        except (NodeSilent, NodeWrong):
            if time.monotonic() > until:
                raise
