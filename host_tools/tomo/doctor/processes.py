"""Who runs on this machine and what they have open, read from /proc as far as we may."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple


class Process(NamedTuple):
    pid: int
    name: str

    def __str__(self) -> str:
        return f"{self.name} ({self.pid})"


def named(names: Iterable[str], root: Path) -> list[Process]:
    """The processes that have one of these names."""
    wanted = set(names)
    return [process for process, _folder in _all(root) if process.name in wanted]


def holders(what: str, root: Path) -> list[Process]:
    """The others that have this open: a device's path, or `socket:[INODE]`.

    Those of other users are seen by root alone.
    """
    return [
        process
        for process, folder in _all(root)
        if process.pid != os.getpid() and what in _open(folder)
    ]


def told(processes: Iterable[Process]) -> str:
    return ", ".join(map(str, processes))


def _all(root: Path) -> Iterator[tuple[Process, Path]]:
    for folder in sorted((root / "proc").glob("[0-9]*")):
        try:
            yield Process(int(folder.name), (folder / "comm").read_text().strip()), folder
        except (OSError, ValueError):
            continue  # it has ended meanwhile


def _open(folder: Path) -> Iterator[str]:
    try:
        for link in (folder / "fd").iterdir():
            yield os.readlink(link)
    except OSError:
        return  # another user's, or ended meanwhile
