"""Virtual boards become the nodes of a site: flashed by their kinds, and provisioned."""

from collections.abc import Mapping
from pathlib import Path

from proofs.tray.bench import Bench
from proofs.tray.commands import build, flash, tomo
from tomo.site.records import Site


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
    """By the command that a technician has."""
    password = inventory.with_name("password")
    password.write_text("correct horse\n", encoding="utf-8")
    words = ("--site", site.path, "--node", node, "--inventory", inventory)
    words += ("--wifi-password-file", password)
    tomo("provision", bench.port(number), *words, "--json")
