"""Standard output and error for people who pipe them into `head`, and for the end of a program."""

import os
import sys
from typing import TextIO, cast

import typer
from rich.console import Console
from rich.text import Text

from tomo.errors import HostError

_NO_TERMINAL_WIDTH = 200


class ReaderGone(BaseException):
    """Whoever read our output went away. Not an Exception: it ends the program, whatever it does.

    A BrokenPipeError would not get that far: rich and typer take it and end with status 1.
    """


class _Stream:
    """`stream` with a BrokenPipeError told as ReaderGone, or outlived."""

    outlives = False

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except BrokenPipeError:
            self._gone()
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except BrokenPipeError:
            self._gone()

    def _gone(self) -> None:
        # Else what is left in the buffer is tried again when the interpreter ends, or by the next.
        drop_output(self._stream)
        if not self.outlives:
            raise ReaderGone from None


def watch_readers() -> None:
    """From here on a reader that goes away raises ReaderGone."""
    sys.stdout = cast(TextIO, _Stream(sys.stdout))
    sys.stderr = cast(TextIO, _Stream(sys.stderr))


def outlive_readers() -> None:
    """For work that is worth its end: from here on it goes on when its reader goes away."""
    _Stream.outlives = True


def drop_output(*streams: TextIO) -> None:
    """Send what is still buffered for these, and all that follows, nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        os.dup2(nowhere, stream.fileno())


def print_error(error: HostError) -> None:
    """The message, and what to try next, on standard error."""
    say(f"error: {error}", "red", err=True)
    if error.hint:
        typer.echo(error.hint, err=True)


def tell_at_last(error: HostError) -> None:
    """As `print_error`; where standard error is full, too, the exit status has to say it."""
    try:
        print_error(error)
    except OSError:
        drop_output(sys.stderr)


def print_warnings(warnings: tuple[str, ...]) -> None:
    """What is worth knowing before a run, on standard error; the run goes on."""
    for warning in warnings:
        say(f"warning: {warning}", "yellow", err=True)


def say(text: str, style: str, err: bool = False) -> None:
    """A line in colour where the terminal has any; never broken or shortened."""
    Console(stderr=err).print(Text(text, style), soft_wrap=True)


def wide_console() -> Console:
    """As wide as the terminal; where there is none, wide enough to break hardly any row."""
    return Console() if sys.stdout.isatty() else Console(width=_NO_TERMINAL_WIDTH)
