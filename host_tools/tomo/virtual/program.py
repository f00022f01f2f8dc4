"""What a virtual board runs after a reset, as the board sees it: who knows how to, says here."""

from typing import Protocol

from tomo.virtual.boot import Read


class Program(Protocol):
    """Running, until it ends by itself or is stopped."""

    def descriptors(self) -> list[int]:
        """What to wait for."""
        ...

    def type(self, data: bytes) -> None:
        """What came over the port."""
        ...

    def serve(self) -> bytes:
        """Let time pass up to now; what it says. Raises Ended."""
        ...

    def stop(self) -> None:
        """At once, as a reset does."""
        ...


class Ended(Exception):
    """A program has ended and does not start again; the message says how."""


class Programs(Protocol):
    """Of one board: what it is soldered on."""

    def name(self, read: Read, app_at: int, app_size: int) -> str:
        """What would run of an application in flash; empty if it cannot be run here."""
        ...

    def start(self) -> Program: ...

    def order(self, what: str) -> None:
        """Do something to the board's surroundings. Raises ValueError for what it does not know."""
        ...
