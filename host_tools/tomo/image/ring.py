"""A ring of sectors as the firmware's `registers.ring` keeps it: heads, order, and what is amiss.

The layout is in `wire.flash_sector`.
"""

from dataclasses import dataclass

from tomo.image.source import FlashSource
from tomoshibi.wire import flash_sector
from tomoshibi.wire.flash_bytes import blank

SECTOR = flash_sector.SECTOR
# What a sector is.
IN_USE = "in use"
FREE = "free"  # erased, or never used
CUT_OFF = "cut off"  # the one that would be used next, half erased or half opened: harmless
DAMAGED = "damaged"  # something is there, and its head is none
# Records cut off one after the other, with no whole one between or after. A node writes whenever it
# starts, so more than this is damage.
TORN_MOST = 2


@dataclass(frozen=True)
class Sector:
    """place      its number in the partition
    sequence   its place in the order of opening; 0 if it is not in use
    info       the ring's own bytes
    mended     whether its head has one wrong bit, which readers put right
    """

    place: int
    state: str
    sequence: int
    info: bytes
    mended: bool = False

    @property
    def crc(self) -> int:
        """Where the checks of its records start."""
        return flash_sector.crc_start(self.sequence)


class Ring:
    """The sectors of partition `label` that hold the ring of a letter of `wire.flash_sector`."""

    def __init__(self, source: FlashSource, label: str, letter: int) -> None:
        self.label = label
        self._source = source
        self.count = source.size(label) // SECTOR
        spans = [(place * SECTOR, flash_sector.SIZE) for place in range(self.count)]
        found = source.read(label, spans)
        heads = [bytearray(head) for head in found]
        sequences = [_sequence(head, letter) for head in heads]  # puts single bits right
        self._newest = sequences.index(max(sequences)) if any(sequences) else -1
        self.sectors = [
            Sector(place, self._state(place, head, number), number, _info(head), head != before)
            for place, (head, number, before) in enumerate(
                zip(heads, sequences, found, strict=True)
            )
        ]
        used = [sector for sector in self.sectors if sector.state == IN_USE]
        self.in_order = sorted(used, key=lambda sector: sector.sequence)

    @property
    def newest(self) -> Sector | None:
        return self.in_order[-1] if self.in_order else None

    def read(self, sectors: list[Sector]) -> list[bytes]:
        """All of these sectors, heads included."""
        return self._source.read(self.label, [(s.place * SECTOR, SECTOR) for s in sectors])

    def next_as_if_opened(self) -> Sector | None:
        """The sector that was cut off, as it would be if only its head had been hit later."""
        for sector in self.sectors:
            if sector.state == CUT_OFF:
                opened = (self.newest.sequence if self.newest else 0) + 1
                return Sector(sector.place, CUT_OFF, opened, sector.info)
        return None

    def damaged(self) -> list[int]:
        """Places of sectors whose heads are damaged."""
        return [s.place for s in self.sectors if s.state == DAMAGED or s.mended]

    def out_of_order(self) -> list[int]:
        """Places of sectors before which there is one missing, or which have the wrong number.

        A sector that the node passed over, as it did not take its head, is no gap.
        """
        if self.newest is None:
            return []
        wrong, last = [], None
        for n in range(1, self.count + 1):
            sector = self.sectors[(self.newest.place + n) % self.count]
            if sector.state == IN_USE:
                if last and (last.state == FREE or sector.sequence != last.sequence + 1):
                    wrong.append(sector.place)
                last = sector
            elif sector.state == FREE and last:
                last = sector
        return wrong

    def _state(self, place: int, head: bytearray, sequence: int) -> str:
        if sequence:
            return IN_USE
        if blank(head, 0, len(head)) or flash_sector.ready(head):
            return FREE
        return CUT_OFF if place == (self._newest + 1) % self.count else DAMAGED


def _sequence(head: bytearray, letter: int) -> int:
    """0 for what is no head of this ring, or cannot be: numbers start with 1."""
    if len(head) < flash_sector.SIZE:
        return 0
    return max(0, flash_sector.sequence_of(head, letter))


def _info(head: bytearray) -> bytes:
    return bytes(head[flash_sector.INFO : flash_sector.INFO + flash_sector.INFO_SIZE])
