"""The cache, room on the disk, the clock, and where own boards lie."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tomo import checkout
from tomo.checkout import OWN_BOARDS, ROOT
from tomo.doctor.records import FAIL, OK, WARN, Finding
from tomo.errors import UsageError

_MIB = 1 << 20
_SET_UP_ROOM = 700 * _MIB  # what README.md asks for
_RUN_ROOM = 50 * _MIB  # a run's records and a tray's flash files
_MUCH = 4096 * _MIB
# This was written in the one; certificates and nodes' calendars end in the other.
_YEARS = range(2026, 2100)
_SYNCHRONISED = Path("run/systemd/timesync/synchronized")


def cache() -> Iterator[Finding]:
    """Whether `make setup` can write to it, and what it takes."""
    folder = checkout.cache()
    nearest = _nearest(folder)
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        remedy = "export TOMO_CACHE=FOLDER   (one that is yours), then: make setup"
        yield Finding("cache", FAIL, f"{folder} cannot be written to", remedy)
        return
    size = _size(folder)
    told = f"{folder}, {size // _MIB} MiB"
    if size > _MUCH:
        remedy = f"rm -r {folder}; make setup   (it makes anew what is needed)"
        yield Finding("cache", WARN, f"{told}: more than one state of the checkout", remedy)
    else:
        yield Finding("cache", OK, told)
    yield _room("disk of the cache", nearest)


def room() -> Iterator[Finding]:
    """Room for runs, images and trays."""
    yield _room("disk", ROOT)


def clock(now: datetime | None = None, root: Path = Path("/")) -> Iterator[Finding]:
    """Whether the time can be right: reports, and what `tomo` tells nodes, have it."""
    now = now or datetime.now(UTC)
    told = f"{now:%Y-%m-%d %H:%M} UTC"
    if now.year not in _YEARS:
        yield Finding("clock", FAIL, f"{told} cannot be", "sudo timedatectl set-ntp true")
    elif (root / _SYNCHRONISED).exists():
        yield Finding("clock", OK, f"{told}, synchronised")
    else:
        yield Finding("clock", OK, told)


def own_boards() -> Iterator[Finding]:
    """Whether TOMO_BOARDS leads to boards."""
    named = os.environ.get(OWN_BOARDS, "")
    try:
        found = checkout.boards()
    except UsageError as error:
        remedy = f"{error.hint} Or: unset {OWN_BOARDS}"
        yield Finding("boards", FAIL, str(error), remedy)
        return
    yield Finding("boards", OK, ", ".join(found) + (f"; from {named}" if named else ""))


def _room(check: str, folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    told = f"{free // _MIB} MiB free at {folder}"
    if free < _RUN_ROOM:
        return Finding(check, FAIL, told, f"Make room: {_RUN_ROOM // _MIB} MiB at least.")
    if free < _SET_UP_ROOM:
        remedy = f"A first `make setup` takes {_SET_UP_ROOM // _MIB} MiB."
        return Finding(check, WARN, told, remedy)
    return Finding(check, OK, told)


def _nearest(folder: Path) -> Path:
    """The folder, or the first above it that is there."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def _size(folder: Path) -> int:
    """Bytes on the disk; what has several names is counted once, what cannot be read not at all."""
    sizes = {}
    for place, _folders, files in os.walk(folder):
        for name in files:
            try:
                one = os.lstat(os.path.join(place, name))
            except OSError:
                continue
            sizes[one.st_ino] = one.st_blocks * 512
    return sum(sizes.values())
