"""What every ECHONET Lite object does with its rows: find, read, write, list."""

from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.reporting.echonet_view import ACCESS, EPC, FORMAT, NAME, PANEL, SHOWS
from tomoshibi.reporting.points import DECIMALS, UNIT
from tomoshibi.wire.echonet_format import KIND, accepts, digits, pack

if TYPE_CHECKING:
    from typing import Any

    from tomoshibi.reporting.source import NodeSource
    from tomoshibi.settings.places import Places

_CHANNEL_1 = const(0xD0)


class EchonetObject:
    """One object `eoj` (class group, class, instance).

    rows     tables of rows, see `echonet_view`: those of its class first
    source   whose points it shows, of the part at place i; what these have not is the node's
    own      what only some have: a sub-meter the day of its history that was chosen, a panel its
             circuits (channel 1 is the first), the profile the EchonetNode
    """

    own: Any = None

    def __init__(
        self, eoj: int, rows: tuple, source: Any, i: int, node: NodeSource, places: Places
    ) -> None:
        self.eoj = eoj
        self.rows = rows
        self.source = source
        self.i = i
        self.node = node
        self._places = places

    def find(self, epc: int) -> tuple | None:
        """The row of one property; None if there is none."""
        for rows in self.rows:
            for row in rows:
                if row[EPC] == epc:
                    return row
        return None

    def offers(self, row: tuple, access: str) -> bool:
        """Whether the property of `row` can be used in the way `access` now."""
        ways = row[ACCESS]
        return access in ways and ("?" not in ways or self.value(row) is not None)

    def get(self, epc: int, access: str, buf: bytearray, at: int) -> int:
        """Write the value to buf[at:] and return its size; -1 if it cannot be read.

        The size is known only when the value has been written: behind buf[at] there must be 255
        bytes.
        """
        row = self.find(epc)
        if row is None or not self.offers(row, access):
            return -1
        if len(row) > SHOWS:
            if isinstance(row[SHOWS], tuple):
                return self.show(row, buf, at)
        elif row[FORMAT][KIND] != "place":
            return self.put(row[FORMAT], row[NAME], buf, at, self.source, self.i)
        return pack(row[FORMAT], buf, at, self.value(row))

    def set(self, epc: int, data: bytes, at: int, size: int) -> bool:
        """Take data[at : at + size] as the new value. False if refused; then nothing changed."""
        row = self.find(epc)
        if row is None or not self.offers(row, "S") or not accepts(row[FORMAT], data, at, size):
            return False
        value = bytes(data[at : at + size])
        if row[FORMAT][KIND] == "place":
            self._places.put(self.eoj, value)
            return True
        self._seldom("set_" + row[SHOWS], value)
        return True

    def show(self, row: tuple, buf: bytearray, at: int) -> int:
        """Write the points that a row names; the size."""
        names, source, i = row[SHOWS], self.source, self.i
        if row[EPC] >= _CHANNEL_1 and self.eoj >> 8 == PANEL:
            source, i = self.own, row[EPC] - _CHANNEL_1
        name = names if row[FORMAT][KIND] == "group" else names[0]
        return self.put(row[FORMAT], name, buf, at, source, i)

    def put(self, form: tuple, name, buf: bytearray, at: int, source: Any, i: int) -> int:
        """Write the point `name`, or one for each member of a group, in a format; the size."""
        if name is None:
            return pack(form, buf, at, None)
        if isinstance(name, tuple):
            to = at
            for n in range(len(name)):
                to += self.put(form[1 + n][1], name[n], buf, to, source, i)
            return to - at
        if source.find(name) is None:
            source, i = self.node, 0
        point = source.find(name)
        value = digits(form, source.value(point, i), point[UNIT], point[DECIMALS])
        return pack(form, buf, at, value)

    def value(self, row: tuple):
        """What a row without named points shows now, in no format yet."""
        kind = row[FORMAT][KIND]
        if kind == "place":
            return self.location()
        if kind == "map":
            return self.epcs(row[SHOWS])
        if len(row) > SHOWS:
            shows = row[SHOWS]
            return self._seldom(shows) if isinstance(shows, str) else shows
        point = self.source.find(row[NAME])
        if point is not None:
            return self.source.value(point, self.i)
        return self.node.value(self.node.find(row[NAME]), 0)  # pyright: ignore

    def location(self) -> bytes:
        return self._places.of(self.eoj)

    def epc_of(self, name: str) -> int:
        """The property that announces a point."""
        return next(row[EPC] for rows in self.rows for row in rows if row[NAME] == name)

    def epcs(self, access: str) -> list[int]:
        """EPCs that can be used in the way `access`, ascending."""
        return sorted(row[EPC] for rows in self.rows for row in rows if self.offers(row, access))

    def _seldom(self, name: str, *values: bytes):
        """What `echonet_own` knows of this object, or is to take; the node lets that go."""
        from tomoshibi.reporting import echonet_own

        return getattr(echonet_own, name)(self, *values)
