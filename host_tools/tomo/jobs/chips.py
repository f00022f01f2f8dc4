"""Flash chips of a site's nodes, as they were provisioned or read out in the field.

A chip says whose it is: by the name in its settings.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from boards.flash_map import FLASH_SIZE
from tomo.errors import HostError, MachineRefused, UsageError
from tomo.files import locked
from tomo.image import esp_image
from tomo.image.contents import board_of
from tomo.image.documents import FLASH_FILE, KINDS, read
from tomo.image.flash_image import BadTable, load
from tomo.jobs.node_settings import node_settings
from tomo.jobs.stored_settings import flat
from tomo.scenario.records import Node, Scenario
from tomo.transport.desk_node import NODE_LOCK
from tomo.virtual.tray import TRAY_LOCK


@dataclass(frozen=True)
class Chip:
    """board: empty where nothing in it says which"""

    path: Path
    board: str
    settings: dict


@dataclass(frozen=True)
class Chips:
    """of: by node; warnings: what is left out, and what is otherwise than the scenario has it"""

    of: dict[str, Chip]
    warnings: tuple[str, ...]


def chips_of(folder: Path, scenario: Scenario) -> Chips:
    """The chip of each node: files `*.bin` in a folder, or `flash.bin` in folders in it.

    Raises HostError if a node has none, two, or one of another kind of board, or if a chip is
    being written to.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder", "Name the one that the chips' images are in.")
    found: dict[str, Chip] = {}
    warnings = []
    known = {node.name: node for node in scenario.node}
    for path in sorted({*folder.glob("*.bin"), *folder.glob(f"*/{FLASH_FILE}")}):
        chip = _chip(path)
        name = str(chip.settings.get("name", "")) if chip else ""
        if chip is None or name not in known:
            warnings.append(f"{path} is left out: {_stranger(chip, name)}")
            continue
        _need_fitting(known[name], chip, found.get(name))
        warnings += _differing(name, chip, node_settings(scenario, known[name]))
        found[name] = chip
    _need_all(folder, list(known), found)
    return Chips(found, tuple(warnings))


def _chip(path: Path) -> Chip | None:
    """None for what is no whole chip."""
    if path.stat().st_size != FLASH_SIZE:
        return None
    _need_rest(path)
    try:
        settings = read(load(path).partition("settings"), KINDS["settings"]).document()
    except BadTable:
        return None
    board = ""
    with suppress(esp_image.NoImage):  # a desk node's has no program in it
        board = board_of(esp_image.read(path))
    return Chip(path, board, settings or {})


def _need_rest(path: Path) -> None:
    """A board that runs may be in the middle of a write."""
    for name in (TRAY_LOCK, NODE_LOCK):
        lock = path.with_name(name)
        if lock.exists():
            held = locked(lock)
            if held is None:
                raise MachineRefused(f"{path} is in use", "End the tray or the node first.")
            held.close()


def _stranger(chip: Chip | None, name: str) -> str:
    if chip is None:
        return f"not {FLASH_SIZE} bytes of flash with a partition table"
    return f"it is {name!r}, and no node here is" if name else "it has no name"


def _need_fitting(node: Node, chip: Chip, other: Chip | None) -> None:
    if other:
        raise HostError(
            f"{other.path} and {chip.path} both are {node.name}", "Move the wrong one away."
        )
    if chip.board and chip.board != node.board:
        raise HostError(
            f"{chip.path}: {node.name} is a {node.board}, and this chip is of a {chip.board}",
            "Flash and provision a board of the right kind, or correct the file.",
        )


def _need_all(folder: Path, wanted: Sequence[str], found: dict[str, Chip]) -> None:
    missing = [name for name in wanted if name not in found]
    if missing:
        raise HostError(
            f"no chip in {folder} is {', '.join(missing)}",
            "A chip has its name from `tomo provision`; `tomo image inspect FILE` shows it.",
        )


def _differing(name: str, chip: Chip, wanted: dict) -> Iterator[str]:
    stored = dict(flat(chip.settings))
    for key, value in flat(wanted):
        if stored.get(key) != value:
            has = stored.get(key, "its default")
            yield f"{name}: its chip has {has} for {key}, and the file {value}; its own counts"
