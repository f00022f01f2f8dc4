"""A board that leaves its place, as far as it can still be read: its port, image, folder, dump."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tomo.errors import HostError
from tomo.image import documents
from tomo.jobs.stored_settings import flat, read_document
from tomo.jobs.targets import SerialTarget, Target, open_target
from tomo.provision.node import Node
from tomo.provision.readings import Readings, in_dump, in_flash
from tomo.provision.serial import WrongIdentity
from tomo.transport.console import is_port, open_console

_DUMP = ".json"
# What is true of one board alone.
_ITS_OWN = ("grid_gain_permille",)


@dataclass(frozen=True)
class OldBoard:
    """serial: empty where nothing tells it. settings: what was set, as KEY: value."""

    serial: str = ""
    readings: Readings = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict, repr=False)
    answers: bool = False


def read_old(where: str) -> OldBoard:
    """What `where` still tells. Raises HostError."""
    if where.endswith(_DUMP):
        return OldBoard(readings=in_dump(Path(where)))
    with open_target(where) as target:
        readings = in_flash(target.source)
        settings = dict(flat(read_document(target)))
        serial = _serial(target)
    return OldBoard(serial, readings, settings, is_port(where) or Path(where).is_char_device())


def need_of_node(old: OldBoard, known: list[str], node: str) -> None:
    """Raise WrongIdentity if it tells that it is none of the boards that this node had."""
    if old.serial and known and old.serial not in known:
        raise WrongIdentity(
            f"the old board is {old.serial}, and {node} was {', '.join(known)}",
            "Is it the right board? `tomo inventory ls` tells which is which.",
        )


def more_settings(old: OldBoard, wanted: dict[str, Any]) -> dict[str, Any]:
    """What was set on it that the site file says nothing of: it goes on, but what is its own."""
    told = {key for key, _ in flat(wanted)}
    return {
        key: value
        for key, value in old.settings.items()
        if key not in told and key not in _ITS_OWN and not key.startswith("loads.")
    }


def retire(where: str) -> None:
    """Have its event log say that another board has taken its place. Raises HostError."""
    with open_console(where) as console:
        console.ask("retire", "retired")


def _serial(target: Target) -> str:
    if isinstance(target, SerialTarget):
        return Node(target.console).see().serial
    try:
        found = documents.read(target.image.partition("identity"), documents.KINDS["identity"])
    except HostError:
        return ""
    return str((found.document() or {}).get("serial", ""))
