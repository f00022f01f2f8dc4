"""What every ECHONET Lite object does with its rows: find, read, write, list, notice a change."""

from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core.calendar import NEVER_SET, civil
from tomoshibi.reporting.points import (
    ACCESS,
    CLOCK,
    EPC,
    FAULT,
    FORMAT,
    GET,
    INF,
    LIVES,
    NO_FAULT,
    NODE_PROFILE,
    ON,
    SET,
    row_of,
    rows_of,
)
from tomoshibi.wire.echonet import NODE_PROFILE as PROFILE_OBJECT
from tomoshibi.wire.echonet_format import accepts, pack

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tomoshibi.core.calendar import Calendar
    from tomoshibi.core.identity import Identity
    from tomoshibi.settings.places import Places

# A sensor that has been silent for this many polls in a row (10 s at five a second) is a fault;
# a shorter gap, as at start or after one disturbed packet, is not worth an alarm.
_GRACE_POLLS = const(50)
# Fault content: "sensor fault" is 30 to 59 (ECHONET Lite Appendix, property 89).
SENSOR_FAULT = const(30)


class EchonetObject:
    """One object `eoj` (class group, class, instance). Subclasses add what their rows name.

    All objects of a class have the same rows.
    """

    _watched: tuple[Callable[[object], object], ...] = ()

    def __init__(self, eoj: int, rows: tuple, identity: Identity) -> None:
        self.eoj = eoj
        self.rows = rows
        self._identity = identity
        self._told: list[object] = []

    def watch(self) -> None:
        """Remember the announced values as they are; `changed` compares with these."""
        # The functions of the class, as every method bound to an object is an object of its own.
        # Once for all objects of the class, as these have the same rows.
        own = type(self)
        own._watched = tuple(getattr(own, row[LIVES]) for row in self._watched_rows())
        self._told = [value(self) for value in self._watched]

    def poll(self) -> None:
        """Look at what must be seen regularly; five times a second, so little."""

    def changed(self) -> list[int] | None:
        """EPCs of announced properties that changed since the last call; None is none."""
        epcs = None
        told = self._told
        for i, value in enumerate(self._watched):
            now = value(self)
            if now != told[i]:
                told[i] = now
                epcs = epcs or []
                epcs.append(self._watched_rows()[i][EPC])
        return epcs

    def _watched_rows(self) -> list[tuple]:
        """Rows of announced values that can change."""
        both = INF | GET
        return [
            row for row in self.rows if row[ACCESS] & both == both and isinstance(row[LIVES], str)
        ]

    def clock_set(self) -> bool:
        """Whether the rows that need the clock are there now."""
        return False

    def offers(self, row: tuple, access: int) -> bool:
        """Whether the property of `row` can be used in one of the ways `access` now."""
        return bool(row[ACCESS] & access) and (not row[ACCESS] & CLOCK or self.clock_set())

    def get(self, epc: int, access: int, buf: bytearray, at: int) -> int:
        """Write the value to buf[at:] and return its size; -1 if it cannot be read.

        The size is known only when the value has been written: behind buf[at] there must be 255
        bytes.
        """
        row = row_of(self.rows, epc)
        if row is None or not self.offers(row, access):
            return -1
        return pack(row[FORMAT], buf, at, self.value(row))

    def set(self, epc: int, data: bytes, at: int, size: int) -> bool:
        """Take data[at : at + size] as the new value. False if refused; then nothing changed."""
        row = row_of(self.rows, epc)
        if row is None or not self.offers(row, SET) or not accepts(row[FORMAT], data, at, size):
            return False
        return getattr(self, "set_" + row[LIVES])(bytes(data[at : at + size]))

    def value(self, row: tuple):
        """The present value of one of our rows."""
        lives = row[LIVES]
        return getattr(self, lives)() if isinstance(lives, str) else lives

    def epcs(self, access: int) -> list[int]:
        """EPCs that can be used in one of the ways `access`, ascending."""
        return sorted(row[EPC] for row in self.rows if self.offers(row, access))

    def announced(self) -> list[int]:
        return self.epcs(INF)

    def settable(self) -> list[int]:
        return self.epcs(SET)

    def readable(self) -> list[int]:
        return self.epcs(GET)

    def maker(self) -> bytes:
        return self._identity.maker

    def product(self) -> bytes:
        return _padded(self._identity.product)

    def serial(self) -> bytes:
        """The board's serial number; where it has none, the digits of its unique id."""
        unique_id = self._identity.unique_id
        return _padded(self._identity.serial or "".join("%02X" % byte for byte in unique_id))

    def identification(self) -> bytes:
        """83: FE, maker, unique id, object, zeros; so it differs between objects."""
        eoj = self.eoj
        which = bytes((eoj >> 16, eoj >> 8 & 0xFF, eoj & 0xFF))
        return b"\xfe" + self._identity.maker + self._identity.unique_id + which + bytes(4)


class Device(EchonetObject):
    """A device object: what the Appendix asks of each one."""

    def __init__(
        self,
        eoj: int,
        rows: tuple,
        identity: Identity,
        calendar: Calendar,
        places: Places,
    ) -> None:
        super().__init__(eoj, rows, identity)
        self._calendar = calendar
        self._places = places
        self._silent_polls = 0

    def status(self) -> int:
        """80. A device that is merely there is on."""
        return ON

    def place(self) -> bytes:
        return self._places.of(self.eoj)

    def set_place(self, place: bytes) -> bool:
        self._places.put(self.eoj, place)
        return True

    def measuring(self) -> bool:
        """Whether the sensor behind this object answers."""
        return True

    def poll(self) -> None:
        if self.measuring():
            self._silent_polls = 0
        elif self._silent_polls < _GRACE_POLLS:
            self._silent_polls += 1

    def clock_set(self) -> bool:
        """Whether anybody has ever set the clock."""
        self._calendar.update()
        return self._calendar.quality != NEVER_SET

    def fault_status(self) -> int:
        return FAULT if self._silent_polls >= _GRACE_POLLS else NO_FAULT

    def fault_content(self) -> int:
        return SENSOR_FAULT if self._silent_polls >= _GRACE_POLLS else 0

    def time_now(self) -> tuple[int, int]:
        self._calendar.update()
        second = self._calendar.local()[1]
        return second // 3600, second // 60 % 60

    def date_now(self) -> tuple[int, int, int]:
        self._calendar.update()
        return civil(self._calendar.local()[0])


class NodeProfile(EchonetObject):
    """0EF001: the node itself and the list of its objects.

    storage_fault   whether something that is kept in flash was lost: a fault of the node itself
    """

    def __init__(
        self, identity: Identity, devices: Sequence[Device], storage_fault: Callable[[], bool]
    ) -> None:
        super().__init__(PROFILE_OBJECT, rows_of(NODE_PROFILE), identity)
        self._devices = devices
        self._storage_fault = storage_fault

    def fault_status(self) -> int:
        if self._storage_fault():
            return FAULT
        for device in self._devices:
            if device.fault_status() == FAULT:
                return FAULT
        return NO_FAULT

    def instances(self) -> list[int]:
        return [device.eoj for device in self._devices]

    def instance_count(self) -> int:
        return len(self._devices)

    def classes(self) -> list[int]:
        return sorted({device.eoj >> 8 for device in self._devices})

    def class_count(self) -> int:
        """D4 counts the profile's class too, D7 does not list it."""
        return len(self.classes()) + 1


def _padded(text: str) -> bytes:
    """ASCII, cut or filled with 00 to 12 bytes."""
    raw = bytes(ord(letter) if ord(letter) < 0x80 else 0x3F for letter in text[:12])
    return raw + bytes(12 - len(raw))
