"""littlefs in a partition, as MicroPython's VfsLfs2 makes and mounts it.

No file has a date and every image a fixed number of blocks: same files, same bytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from littlefs import LittleFS, LittleFSError

from tomo.errors import HostError

BLOCK = 4096
_NO_ROOM = -28


@dataclass(frozen=True)
class Files:
    """What is in a file system: {path: contents}, and how many bytes of blocks are free."""

    contents: dict[str, bytes]
    free_bytes: int


class NoFiles(HostError):
    """There is no file system, or it is damaged."""


def pack(files: dict[str, bytes], size: int) -> bytes:
    """A file system of `size` bytes with these files: {path: contents}.

    Raises HostError if they have no room.
    """
    system = _system(size)
    system.format()
    system.mount()
    try:
        for path, data in sorted(files.items()):
            folder = PurePosixPath(path).parent
            if folder.parts:
                system.makedirs(str(folder), exist_ok=True)
            with system.open(path, "wb") as file:
                file.write(data)
    except LittleFSError as error:
        if error.code != _NO_ROOM:
            raise
        total = sum(map(len, files.values()))
        raise HostError(
            f"{len(files)} files of {total} bytes have no room in {size} bytes of littlefs",
            "Leave files out of the board's manifest.py.",
        ) from None
    return bytes(system.context.buffer)


def unpack(part: bytes) -> Files:
    """What is in a partition. Raises NoFiles."""
    if len(part) < 2 * BLOCK or len(part) % BLOCK:
        raise NoFiles(f"no littlefs has {len(part)} bytes")
    system = _system(len(part))
    system.context.buffer = bytearray(part)
    try:
        system.mount()
        contents = dict(_contents(system))
        free = (system.block_count - system.used_block_count) * BLOCK
    except (LittleFSError, UnicodeDecodeError) as error:
        raise NoFiles(f"no littlefs, or a damaged one: {error}") from None
    return Files(contents, free)


def file_in(part: bytes, path: str) -> bytes:
    """One file of a partition; empty if there is none, or no file system."""
    if len(part) < 2 * BLOCK or len(part) % BLOCK:
        return b""
    system = _system(len(part))
    system.context.buffer = bytearray(part)
    try:
        system.mount()
        with system.open(path, "rb") as file:
            return file.read()
    except LittleFSError:
        return b""


def _system(size: int) -> LittleFS:
    return LittleFS(
        mount=False,
        block_size=BLOCK,
        block_count=size // BLOCK,
        read_size=32,
        prog_size=32,
        # As large as there, and no larger: it bounds the files that lie in their folder's block.
        cache_size=128,
        lookahead_size=32,
        name_max=255,
    )


def _contents(system: LittleFS) -> Iterator[tuple[str, bytes]]:
    for folder, _, names in system.walk("/"):
        for name in sorted(names):
            path = f"{folder.rstrip('/')}/{name}"
            with system.open(path, "rb") as file:
                yield path.lstrip("/"), file.read()
