"""What the counters of a meter showed last: from its flash, from a saved dump, or typed."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from tomo.errors import HostError, UsageError
from tomo.files import reading
from tomo.image.registers import newest_values, open_ring
from tomo.image.source import FlashSource
from tomoshibi.wire import registers

# By branch: import and export, Wh.
Readings = dict[int, tuple[int, int]]

_TYPED = re.compile(r"(\d{1,2})=(\d{1,8})(?:/(\d{1,8}))?")


def in_flash(source: FlashSource) -> Readings:
    """Of every branch, as a node has them in flash, which is what it shows."""
    found = newest_values(open_ring(source))
    return _branches({number: value.whole for number, value in found.values.items()})


def in_dump(path: Path) -> Readings:
    """Of every branch in what `tomo registers dump --json` wrote. Raises HostError."""
    with reading(path):
        text = path.read_text("utf-8", "replace")
    values = {}
    for line in text.splitlines():
        try:
            told = json.loads(line)
        except ValueError:
            raise _no_dump(path) from None
        if isinstance(told, dict) and isinstance(told.get("value"), int) and "number" in told:
            values[told["number"]] = told["value"]
    found = _branches(values)
    if not found:
        raise _no_dump(path)
    return found


def typed(texts: Iterable[str]) -> Readings:
    """Of the branches in texts such as `2=4711000/120`. Raises UsageError."""
    found = {}
    for text in texts:
        matched = _TYPED.fullmatch(text)
        if not matched or not 1 <= int(matched[1]) <= 16:
            raise UsageError(
                f"--reading: expected BRANCH=IMPORT_WH/EXPORT_WH, got {text!r}",
                "Such as 2=4711000/120.",
            )
        found[int(matched[1])] = (int(matched[2]), int(matched[3] or 0))
    return found


def completed(shown: Readings, more: Readings) -> Readings:
    """Both, what was typed counting. Raises HostError if it is lower than what was shown."""
    for branch, wanted in more.items():
        if not reached(wanted, shown.get(branch, (0, 0))):
            raise HostError(
                f"the old board shows {words({branch: shown[branch]})}, and"
                f" {words({branch: wanted})} was typed",
                "A counter never goes back: type what it showed last, or nothing.",
            )
    return dict(sorted((shown | more).items()))


def reached(now: tuple[int, int], wanted: tuple[int, int]) -> bool:
    """Whether neither counter is behind."""
    return now[0] >= wanted[0] and now[1] >= wanted[1]


def words(readings: Readings) -> str:
    """Readings for people and for the inventory's history."""
    return ", ".join(f"{branch}={one}/{other} Wh" for branch, (one, other) in readings.items())


def _branches(values: Mapping[int, int]) -> Readings:
    found = {}
    for branch in range(1, (registers.LAST + 1 - registers.ENERGY) // registers.CHANNEL_SIZE):
        at = registers.ENERGY + registers.CHANNEL_SIZE * branch
        if at + registers.IMPORT in values:
            found[branch] = (values[at + registers.IMPORT], values.get(at + registers.EXPORT, 0))
    return found


def _no_dump(path: Path) -> HostError:
    return HostError(
        f"{path} has no counters", "`tomo registers dump OLD --json > FILE` writes them."
    )
