"""Puts together the ECHONET Lite node of each kind of board.

What one kind alone needs is imported when that kind is built: a board's memory has room for its
own objects, not for every board's.
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


def build_submeter(
    identity: Identity,
    calendar: Calendar,
    branches: Sequence[Branch],
    whole: EnergyCounter,
    half_hours: HalfHours,
    places: Places,
    storage_fault: Callable[[], bool],
    sense_fault: Callable[[], bool],
) -> EchonetNode:
    """028D for each branch, in the order of their numbers, and 0287 for the panel."""
    from tomoshibi.reporting.submeter import BranchMeter, PanelMeter

    devices: list[Device] = [
        BranchMeter(branch, half_hours, identity, calendar, places) for branch in branches
    ]
    devices.append(PanelMeter(branches, whole, identity, calendar, places, sense_fault))
    return _node(identity, devices, storage_fault)


def build_streetlight(
    identity: Identity,
    calendar: Calendar,
    lamp: Lamp,
    daylight: Daylight,
    places: Places,
    storage_fault: Callable[[], bool],
) -> EchonetNode:
    """0291 for the lamp and 000D for the photocell."""
    from tomoshibi.reporting.streetlight import LampObject, LightSensor

    devices: list[Device] = [
        LampObject(lamp, identity, calendar, places),
        LightSensor(daylight, identity, calendar, places),
    ]
    return _node(identity, devices, storage_fault)


def _node(
    identity: Identity,
    devices: Sequence[Device],
    storage_fault: Callable[[], bool],
) -> EchonetNode:
    profile = NodeProfile(identity, devices, storage_fault)
    return EchonetNode(profile, devices)
