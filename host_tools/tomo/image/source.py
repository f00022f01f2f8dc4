"""Where flash is read from: an image in a file, or a node that answers on its console."""

from typing import Protocol

from tomo.errors import HostError

Span = tuple[int, int]  # where it starts in its partition, and how long it is, both in bytes


class KeptSecret(HostError):
    """The node does not give this partition away."""


class FlashSource(Protocol):
    """`where` is what people call it. All places are counted from a partition's start."""

    where: str

    def has(self, label: str) -> bool:
        """Whether there is such a partition."""
        ...

    def size(self, label: str) -> int:
        """Of a partition, bytes. Raises HostError if there is none."""
        ...

    def read(self, label: str, spans: list[Span]) -> list[bytes]:
        """The bytes of these spans. Raises KeptSecret if they are not told."""
        ...
