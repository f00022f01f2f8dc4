"""Serial numbers that a site has to give: ranges and lists, and whether they are enough."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tomo.site.records import Serials, Site
from tomo.tables.kinds import SERIAL
from tomo.tables.locate import Path, Problem

_COUNTED = re.compile(r"(.*?)(\d+)")
_ENDS = "expected first and last of the same letters and number of digits, such as {0} and {1}"


@dataclass(frozen=True)
class Span:
    """The numbers least to most behind the letters of a serial, so many digits wide."""

    letters: str
    digits: int
    least: int
    most: int

    @property
    def size(self) -> int:
        return self.most - self.least + 1

    def serial(self, number: int) -> str:
        """The one with this number."""
        return f"{self.letters}{number:0{self.digits}}" if self.digits else self.letters

    def first_of(self, other: "Span") -> str:
        """The first serial that the other has, too; empty if there is none."""
        least, most = max(self.least, other.least), min(self.most, other.most)
        same = (self.letters, self.digits) == (other.letters, other.digits)
        return self.serial(least) if same and least <= most else ""


def check_serials(site: Site) -> Iterator[Problem]:
    """What is wrong with them, what there is twice, and boards for which they do not reach."""
    spans: list[tuple[Path, Span]] = []
    wrong = False
    for number, serials in enumerate(site.serials):
        for where, what in _malformed(serials):
            wrong = True
            yield ("serials", number, *where), what
        spans += [(("serials", number), span) for span in _spans(serials)]
    yield from _twice(spans)
    given = [
        (("node", number, "serial"), _one(node.serial))
        for number, node in enumerate(site.node)
        if node.serial
    ]
    yield from _twice(given)
    if site.serials and not wrong:
        yield from _too_few(site)


def offered(site: Site, board: str) -> Iterator[tuple[str, str]]:
    """(serial, hardware) that nodes of a board may be given, those for this board alone first."""
    taken = {node.serial for node in site.node}
    for meant in (board, ""):
        for serials in (one for one in site.serials if one.board == meant):
            for span in _spans(serials):
                each = map(span.serial, range(span.least, span.most + 1))
                yield from ((one, serials.hardware) for one in each if one not in taken)


def _malformed(serials: Serials) -> Iterator[Problem]:
    if bool(serials.first or serials.last) == bool(serials.list):
        yield (), "expected either first and last, or list"
        return
    for serial in serials.list:
        if not SERIAL.fullmatch(serial):
            yield ("list",), f"{serial!r} is no serial number of 1 to 12 letters, digits and -"
    if serials.first or serials.last:
        span = _range(serials)
        if span is None:
            yield (), _ENDS.format("TM-000101", "TM-000150")
        elif span.size < 1:
            yield ("last",), f"comes before first ({serials.first})"


def _spans(serials: Serials) -> list[Span]:
    whole = _range(serials)
    return [*([whole] if whole else []), *map(_one, serials.list)]


def _range(serials: Serials) -> Span | None:
    first, last = _COUNTED.fullmatch(serials.first), _COUNTED.fullmatch(serials.last)
    if not first or not last or first[1] != last[1] or len(first[2]) != len(last[2]):
        return None
    return Span(first[1], len(first[2]), int(first[2]), int(last[2]))


def _one(serial: str) -> Span:
    counted = _COUNTED.fullmatch(serial)
    if not counted:
        return Span(serial, 0, 0, 0)
    return Span(counted[1], len(counted[2]), int(counted[2]), int(counted[2]))


def _twice(spans: list[tuple[Path, Span]]) -> Iterator[Problem]:
    for place, (where, span) in enumerate(spans):
        common = next(filter(None, (span.first_of(other) for _, other in spans[:place])), "")
        if common:
            yield where, f"serial {common} a second time"


def _too_few(site: Site) -> Iterator[Problem]:
    """Ranges of a board serve it first; what it lacks comes from those for any board."""
    taken = [_one(node.serial) for node in site.node if node.serial]
    left: Counter[str] = Counter()
    for serials in site.serials:
        for span in _spans(serials):
            left[serials.board] += span.size - sum(bool(span.first_of(one)) for one in taken)
    need = Counter(node.board for node in site.node if not node.serial)
    lacking = {board: count - left[board] for board, count in need.items() if count > left[board]}
    if sum(lacking.values()) > left[""]:
        have = sum(min(count, left[board]) for board, count in need.items()) + left[""]
        nodes = f"{sum(need.values())} nodes without a serial of their own"
        yield ("serials", 0), f"{nodes}, but serials for {have} of them"
