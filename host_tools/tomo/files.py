"""What goes wrong with files, told as one line."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tomo.errors import MachineRefused, UsageError


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn the operating system's refusal to write at `path` into a HostError."""
    try:
        yield
    except (FileExistsError, NotADirectoryError) as error:
        what = "it" if isinstance(error, FileExistsError) else "something above it"
        raise UsageError(
            f"cannot write to {path}: {what} is a file, not a folder", "Name another folder."
        ) from None
    except FileNotFoundError:
        raise UsageError(
            f"cannot write to {path}: there is no such folder", "Name a folder that is there."
        ) from None
    except OSError as error:
        raise MachineRefused(
            f"cannot write to {path}: {error.strerror or error}",
            "Make room or give yourself the right to write there, or name another folder.",
        ) from None


def locked(path: Path) -> IO[str] | None:
    """Hold a lock until what is returned is closed or we end; None if another has it.

    Raises HostError if the file cannot be made.
    """
    with writing(path.parent):
        file = path.open("a", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn the operating system's refusal to read `path` into a HostError."""
    try:
        yield
    except FileNotFoundError:
        raise UsageError(f"cannot read {path}: it is not there", "Name a file that is.") from None
    except OSError as error:
        raise MachineRefused(
            f"cannot read {path}: {error.strerror or error}", "Name a file that is there."
        ) from None


def need_file(path: Path) -> None:
    """Raise UsageError where a folder or a device is, which no file may replace."""
    if path.exists() and not path.is_file():
        raise UsageError(f"cannot write to {path}: it is no file", "Name a file.")


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all. Raises HostError, also for a folder or a device."""
    need_file(path)
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    with writing(path):
        try:
            beside.write_bytes(data)
            beside.replace(path)
        except BaseException:  # Ctrl-C, too
            beside.unlink(missing_ok=True)  # a full disk gets its room back
            raise
