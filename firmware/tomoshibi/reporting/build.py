"""Puts together the sources of a board's points, and the ECHONET Lite node that shows them.

What a part alone needs is imported when a board has it: a board's memory has room for its own
objects, not for every board's. The rows are let go, as objects and sources hold those they use.
"""

from typing import TYPE_CHECKING

from tomoshibi.core.modules import let_go
from tomoshibi.reporting.echonet_devices import DEVICE, IDENTITY, PROFILE
from tomoshibi.reporting.echonet_node import EchonetNode
from tomoshibi.reporting.echonet_view import ILLUMINANCE, LAMP, PANEL, SUBMETER
from tomoshibi.reporting.objects import EchonetObject
from tomoshibi.reporting.source import NodeSource, Source
from tomoshibi.wire.echonet import NODE_PROFILE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tomoshibi.core.branch import Branch
    from tomoshibi.core.calendar import Calendar
    from tomoshibi.core.energy import EnergyCounter
    from tomoshibi.core.identity import Identity
    from tomoshibi.core.lamp import Daylight, Lamp
    from tomoshibi.registers.half_hours import HalfHours
    from tomoshibi.reporting.source import Kept
    from tomoshibi.settings.places import Places


class ObjectBuilder:
    """`add_` what there is, then `node`."""

    def __init__(
        self,
        identity: Identity,
        calendar: Calendar,
        places: Places,
        storage: Kept,
    ) -> None:
        self._sources: list[Source] = []
        self._node = NodeSource(identity, calendar, storage, self._sources)
        self._places = places
        self._devices: list[EchonetObject] = []

    def add_branches(
        self,
        branches: Sequence[Branch],
        half_hours: HalfHours,
        whole: EnergyCounter,
        sense_fault: Callable[[], bool],
        main: Branch | None = None,
    ) -> None:
        """028D for each branch, in the order of their numbers, and 0287 for the panel.

        main   of the transformer on the main conductor, if there is one
        """
        from tomoshibi.reporting.echonet_meters import CHANNEL_ROWS, PANEL_ROWS, SUBMETER_ROWS
        from tomoshibi.reporting.meter_sources import Circuits, Whole
        from tomoshibi.reporting.points import CIRCUIT

        circuits = Circuits(CIRCUIT, branches)
        circuits.half_hours = half_hours
        rows = (SUBMETER_ROWS, DEVICE, IDENTITY)
        for i in range(len(branches)):
            self._add(SUBMETER, branches[i].number, rows, circuits, i)
        rows = (PANEL_ROWS, DEVICE, IDENTITY, CHANNEL_ROWS[: len(branches)])
        board = Whole(branches, main, whole, sense_fault)
        self._add(PANEL, 1, rows, board).own = circuits
        self._sources += (circuits, board)

    def add_lamp(self, lamp: Lamp) -> None:
        """0291."""
        from tomoshibi.reporting.echonet_lights import LAMP_ROWS
        from tomoshibi.reporting.points import LAMP as POINTS

        self._sources.append(Source(POINTS, (lamp,)))
        rows = (LAMP_ROWS, DEVICE, IDENTITY)
        self._add(LAMP, 1, rows, self._sources[-1])

    def add_photocell(self, daylight: Daylight) -> None:
        """000D."""
        from tomoshibi.reporting.echonet_lights import ILLUMINANCE_ROWS
        from tomoshibi.reporting.points import PHOTOCELL

        self._sources.append(Source(PHOTOCELL, (daylight,)))
        rows = (ILLUMINANCE_ROWS, DEVICE, IDENTITY)
        self._add(ILLUMINANCE, 1, rows, self._sources[-1])

    def node(self) -> EchonetNode:
        rows = (PROFILE, IDENTITY)
        profile = EchonetObject(NODE_PROFILE, rows, self._node, 0, self._node, self._places)
        node = profile.own = EchonetNode(profile, self._devices)
        let_go(
            "reporting.echonet_devices", "reporting.echonet_meters", "reporting.echonet_lights",
            "reporting.echonet_view", "reporting.points",
        )  # fmt: skip
        return node

    def _add(
        self, code: int, instance: int, rows: tuple, source: Source, i: int = 0
    ) -> EchonetObject:
        device = EchonetObject(code << 8 | instance, rows, source, i, self._node, self._places)
        self._devices.append(device)
        return device
