"""A fitted node on its console, as who commissions it needs it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from tomo.board.read import Board
from tomo.commission.records import Reading
from tomo.errors import NodeWrong

# Of the settings that were never set.
_UNSET = {"line_v": 100, "line_hz": 50}


class Console(Protocol):
    """As transport.console.NodeConsole."""

    where: str

    def ask(self, command: str, event: str) -> dict: ...


@dataclass(frozen=True)
class Seen:
    """What a node tells of itself."""

    board: str
    name: str
    mac: str


@dataclass(frozen=True)
class Load:
    """A switched circuit."""

    circuit: int
    name: str
    closed: bool
    wanted: bool
    locked: bool


class Node:
    """Raises NodeSilent, NodeWrong and Refused as the console does. `wait` passes time, in s."""

    def __init__(self, console: Console, wait: Callable[[float], None] = time.sleep) -> None:
        self.where = console.where
        self.wait = wait
        self._console = console

    def see(self) -> Seen:
        """What it is."""
        status = self._console.ask("status", "status")
        own = self._part("node")
        try:
            name, mac = str(status["name"]), str(own["1"]["unique_id"])
            return Seen(str(status["board"]), name, mac)
        except (KeyError, TypeError) as error:
            raise self._strange(error) from None

    def settings(self) -> dict[str, Any]:
        """Those that were set, and the defaults of volts and hertz."""
        return _UNSET | self._console.ask("settings", "settings").get("document", {})

    def read(self, board: Board) -> Reading:
        """All that is measured, now. A board with a lamp alone has its watts there."""
        status = self._console.ask("status", "status")
        circuits = self._part("circuit") if board.load_circuits or board.fixed_circuits else {}
        lamp = self._part("lamp") if board.lamp_circuits else {}
        try:
            return Reading(
                {int(number): _units(one["power"]) for number, one in circuits.items()},
                {int(number): _units(one["voltage"]) for number, one in circuits.items()},
                str(status["grid"]),
                str(status["sense"]),
                lamp["1"]["light_level"] if lamp else None,
                _units(lamp["1"]["power"]) if lamp else None,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise self._strange(error) from None

    def loads(self) -> list[Load]:
        """The switched circuits, as they are now."""
        try:
            return [
                Load(one["number"], one["load"], one["closed"], one["wanted"], one["locked_off"])
                for one in self._console.ask("load", "loads")["loads"]
            ]
        except (KeyError, TypeError) as error:
            raise self._strange(error) from None

    def command(self, circuit: int, on: bool) -> None:
        """Switch a load."""
        self._console.ask(f"load {circuit} {'on' if on else 'off'}", "commanded")

    def lock_lamp(self, locked: bool) -> None:
        """Lock the lamp off, or give it free."""
        self._console.ask(f"lamp {'lock' if locked else 'unlock'}", "commanded")

    def _part(self, name: str) -> dict[str, Any]:
        told = self._console.ask(f"points {name}", "points").get(name)
        if not isinstance(told, dict):
            raise self._strange(name)
        return {key: one for key, one in told.items() if key != "units"}

    def _strange(self, error: object) -> NodeWrong:
        return NodeWrong(
            f"{self.where} does not tell what it is and measures: {error!r}",
            "Is its firmware of the same version as this `tomo`?",
        )


def _units(milli: int | str | None) -> float | None:
    """W or V; None where there is no data, or more than can be measured."""
    return milli / 1_000 if isinstance(milli, int) else None
