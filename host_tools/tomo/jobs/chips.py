"""Flash chips of a site's nodes, as they were provisioned or read out in the field.

A chip says whose it is: by the name in its settings.
"""

from collections.abc import Collection, Iterator, Sequence
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
from tomo.jobs.stored_settings import flat, get_value
from tomo.scenario.records import Node, Scenario
from tomo.transport.desk_node import NODE_LOCK
from tomo.virtual.tray import TRAY_LOCK

_NO_CHIP = f"not {FLASH_SIZE} bytes of flash with a partition table"


@dataclass(frozen=True)
class Chips:
    """of: file by node; warnings: what is left out, what is otherwise than the scenario has it"""

    of: dict[str, Path]
    warnings: tuple[str, ...]


class _Stranger(Exception):
    """A file that is no chip of a node here; says why."""


def chips_of(folder: Path, scenario: Scenario) -> Chips:
    """The chip of each node: files `*.bin` in a folder, or `flash.bin` in folders in it.

    Raises HostError if a node has none, two, or one of another kind of board, or if a chip is
    being written to.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder", "Name the one that the chips' images are in.")
    found: dict[str, Path] = {}
    warnings = []
    known = {node.name: node for node in scenario.node}
    for path in sorted({*folder.glob("*.bin"), *folder.glob(f"*/{FLASH_FILE}")}):
        try:
            settings = _settings(path, known)
        except _Stranger as why:
            warnings.append(f"{path} is left out: {why}")
            continue
        node = known[settings["name"]]
        _need_fitting(node, path, found.get(node.name))
        warnings += _differing(node.name, settings, node_settings(scenario, node))
        found[node.name] = path
    _need_all(folder, list(known), found)
    return Chips(found, tuple(warnings))


def _settings(path: Path, known: Collection[str]) -> dict:
    """Those of a chip whose name is known. Raises _Stranger, MachineRefused if it is in use."""
    if not path.is_file() or path.stat().st_size != FLASH_SIZE:
        raise _Stranger(_NO_CHIP)
    _need_rest(path)
    try:
        image = load(path)
    except BadTable:
        raise _Stranger(_NO_CHIP) from None
    if not image.has("settings"):
        raise _Stranger("no place for settings in its partition table")
    stored = read(image.partition("settings"), KINDS["settings"])
    settings = stored.document() or {}
    if not settings and not stored.blank:
        raise _Stranger("its settings are lost, neither copy is whole")
    name = settings.get("name", "")
    if name not in known:
        raise _Stranger(f"it is {name!r}, and no node here is" if name else "it has no name")
    return settings


def _need_rest(path: Path) -> None:
    """A board that runs may be in the middle of a write."""
    for name in (TRAY_LOCK, NODE_LOCK):
        lock = path.with_name(name)
        if lock.exists():
            held = locked(lock)
            if held is None:
                raise MachineRefused(f"{path} is in use", "End the tray or the node first.")
            held.close()


def _need_fitting(node: Node, path: Path, other: Path | None) -> None:
    if other:
        raise HostError(f"{other} and {path} both are {node.name}", "Move the wrong one away.")
    with suppress(esp_image.NoImage):  # a desk node's has no program in it
        board = board_of(esp_image.read(path))
        if board and board != node.board:
            raise HostError(
                f"{path}: {node.name} is a {node.board}, and this chip is of a {board}",
                "Flash and provision a board of the right kind, or correct the file.",
            )


def _need_all(folder: Path, wanted: Sequence[str], found: Collection[str]) -> None:
    missing = [name for name in wanted if name not in found]
    if missing:
        raise HostError(
            f"no chip in {folder} is {', '.join(missing)}",
            "A chip has its name from `tomo provision`; `tomo image inspect FILE` shows it.",
        )


def _differing(name: str, stored: dict, wanted: dict) -> Iterator[str]:
    for key, value in flat(wanted):
        has = get_value(stored, key).value
        if has != value:
            yield f"{name}: its chip has {has!r} for {key}, and the file {value!r}; its own counts"
