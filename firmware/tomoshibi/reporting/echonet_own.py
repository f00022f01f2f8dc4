"""What objects show that is no point: identification, lists of objects, histories of a chosen day.

Asked for seldom: imported for that, and let go when the frame is answered. A function takes the
object; one that sets a value has "set_" before its name.
"""

from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tomoshibi.reporting.objects import EchonetObject


def identification(each: EchonetObject) -> bytes:
    """83: FE, maker, unique id, object, zeros; so it differs between objects."""
    identity, eoj = each.node.parts[0], each.eoj
    which = bytes((eoj >> 16, eoj >> 8 & 0xFF, eoj & 0xFF))
    return b"\xfe" + identity.maker + identity.unique_id + which + bytes(4)


def instances(profile: EchonetObject) -> list[int]:
    return [device.eoj for device in profile.own.objects[1:]]


def instance_count(profile: EchonetObject) -> int:
    return len(profile.own.objects) - 1


def classes(profile: EchonetObject) -> list[int]:
    return sorted({device.eoj >> 8 for device in profile.own.objects[1:]})


def class_count(profile: EchonetObject) -> int:
    """D4 counts the profile's class too, D7 does not list it."""
    return len(classes(profile)) + 1


def event_chain_head(profile: EchonetObject) -> bytes:
    """F0: the number of the last event in the log, and its hash (wire.event_log)."""
    log = profile.node.storage.log
    return log.sequence.to_bytes(4, "big") + log.hash


def history_day(meter: EchonetObject) -> int | None:
    return meter.own


def set_history_day(meter: EchonetObject, day: bytes) -> None:
    meter.own = day[0]


def history_import(meter: EchonetObject) -> tuple:
    """E2: the day chosen, and its 48 readings."""
    return meter.own, _readings(meter, 0)


def history_export(meter: EchonetObject) -> tuple:
    """E4, likewise."""
    return meter.own, _readings(meter, 1)


def _readings(meter: EchonetObject, direction: int) -> list[int | None] | None:
    """Of the day chosen, counted back from today; None before one is chosen."""
    if meter.own is None:
        return None
    calendar, circuits = meter.node.calendar, meter.source
    calendar.update()
    day = calendar.local()[0] - meter.own
    wh = array("i", (0 for _ in range(48)))
    number = circuits.parts[meter.i].number
    circuits.half_hours.history.read_day(day, number - 1, direction, wh)
    return [None if reading < 0 else reading for reading in wh]
