"""Telling the person at the keyboard what happens, running commands, taking turns."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bootstrap import places


class SetupError(Exception):
    """Something the person can put right: what went wrong, where, and what to try."""


# The open lock of `turn`, handed on to every command: if we are killed, what we started goes on for
# a while, and the cache is not free until that has ended too.
_lock_files: list[int] = []


def say(text: str) -> None:
    print(f"set-up: {text}", file=sys.stderr, flush=True)


def run(
    command: Sequence[str | Path],
    log: Path,
    fault: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> None:
    """Run quietly, output into `log`. A failure is `fault`, the last words and the log's name."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as output:
        try:
            status = subprocess.call(
                [str(word) for word in command],
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                pass_fds=_lock_files,
            )
        except FileNotFoundError:
            raise SetupError(f"{fault}: no program {str(command[0])!r} on this machine") from None
    if status:
        raise SetupError(f"{fault}: {_last_words(log)} (all of it: {log})")


def _last_words(log: Path) -> str:
    """The line of a failed command's output that says most: its last error, else its last line."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    if not lines:
        return "it said nothing"
    marks = ("error", "err:", "e:", "failed", "could not", "cannot")
    told = [line for line in lines if any(mark in line.lower() for mark in marks)]
    # make's own "Error 2" lines only repeat that something above them failed.
    telling = [line for line in told if not line.startswith("make")]
    last = (telling or told or lines)[-1]
    before = lines[max(0, lines.index(last) - 1)]
    # A MicroPython traceback says where in the line above.
    return (f"{last}, {before}" if before.startswith("File ") else last)[:200]


@contextmanager
def turn() -> Iterator[None]:
    """Hold the cache alone: two set-ups at once would write the same files."""
    places.CACHE.mkdir(parents=True, exist_ok=True)
    with (places.CACHE / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up is at work in this cache; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        _lock_files.append(lock.fileno())
        try:
            yield
        finally:
            _lock_files.clear()
