"""Puts together the ECHONET Lite node of a board from what it has.

What a part alone needs is imported when a board has it: a board's memory has room for its own
objects, not for every board's.
"""

from typing import TYPE_CHECKING

from tomoshibi.reporting.echonet_node import EchonetNode
from tomoshibi.reporting.objects import Device, NodeProfile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tomoshibi.core.branch import Branch
    from tomoshibi.core.calendar import Calendar
    from tomoshibi.core.energy import EnergyCounter
    from tomoshibi.core.identity import Identity
    from tomoshibi.core.lamp import Daylight, Lamp
    from tomoshibi.registers.half_hours import HalfHours
    from tomoshibi.settings.places import Places


class ObjectBuilder:
    """`add_` what there is, then `node`."""

    def __init__(self, identity: Identity, calendar: Calendar, places: Places) -> None:
        self._common = (identity, calendar, places)
        self._devices: list[Device] = []

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
        from tomoshibi.reporting.submeter import BranchMeter, PanelMeter

        for branch in branches:
            self._devices.append(BranchMeter(branch, half_hours, *self._common))
        if main is None:
            panel = PanelMeter(branches, whole, *self._common, sense_fault)
        else:
            from tomoshibi.reporting.main_meter import MainMeter

            panel = MainMeter(branches, whole, *self._common, sense_fault)
            panel.main = main
        self._devices.append(panel)

    def add_lamp(self, lamp: Lamp) -> None:
        """0291."""
        from tomoshibi.reporting.streetlight import LampObject

        self._devices.append(LampObject(lamp, *self._common))

    def add_photocell(self, daylight: Daylight) -> None:
        """000D."""
        from tomoshibi.reporting.streetlight import LightSensor

        self._devices.append(LightSensor(daylight, *self._common))

    def node(self, storage_fault: Callable[[], bool]) -> EchonetNode:
        profile = NodeProfile(self._common[0], self._devices, storage_fault)
        return EchonetNode(profile, self._devices)
