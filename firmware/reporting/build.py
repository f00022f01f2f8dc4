"""Puts together the ECHONET Lite node of each kind of board.

What one kind alone needs is imported when that kind is built: a board's memory has room for its
own objects, not for every board's.
"""

from typing import TYPE_CHECKING

from reporting.echonet_node import EchonetNode
from reporting.objects import Device, NodeProfile, clock_is_set

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.branch import Branch
    from core.calendar import Calendar
    from core.identity import Identity
    from core.lamp import Daylight, Lamp
    from settings.places import Places


def build_submeter(
    identity: Identity, calendar: Calendar, branches: Sequence[Branch], places: Places
) -> EchonetNode:
    """028D for each branch, in the order of their numbers, and 0287 for the panel."""
    from reporting.half_hour import HalfHours
    from reporting.submeter import BranchMeter, PanelMeter

    half_hours = HalfHours(calendar, branches)
    devices: list[Device] = [
        BranchMeter(branch, half_hours, identity, calendar, places) for branch in branches
    ]
    devices.append(PanelMeter(branches, identity, calendar, places))
    return _node(identity, calendar, devices, half_hours.poll)


def build_streetlight(
    identity: Identity, calendar: Calendar, lamp: Lamp, daylight: Daylight, places: Places
) -> EchonetNode:
    """0291 for the lamp and 000D for the photocell."""
    from reporting.streetlight import LampObject, LightSensor

    devices: list[Device] = [
        LampObject(lamp, identity, calendar, places),
        LightSensor(daylight, identity, calendar, places),
    ]
    return _node(identity, calendar, devices, None)


def _node(
    identity: Identity,
    calendar: Calendar,
    devices: Sequence[Device],
    on_poll: Callable[[], None] | None,
) -> EchonetNode:
    profile = NodeProfile(identity, devices)
    return EchonetNode(profile, devices, lambda: clock_is_set(calendar), on_poll)
