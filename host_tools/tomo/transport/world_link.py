"""The pipe between the world and a desk node: one JSON object a line in both directions."""

import json
import os
import select
from contextlib import suppress


class LinkClosed(Exception):
    """The node closed its end."""


class LinkSilent(Exception):
    """The node sent no whole line in time."""


class WorldLink:
    """The world's ends of two pipes. `node_ends` go to the node's process (DESK_LINK)."""

    def __init__(self) -> None:
        node_reads, self._write = os.pipe()
        self._read, node_writes = os.pipe()
        self.node_ends: tuple[int, ...] = (node_reads, node_writes)
        self._pending = b""
        self._poll = select.poll()
        self._poll.register(self._read, select.POLLIN)

    @property
    def reads(self) -> int:
        """The descriptor from which frames come."""
        return self._read

    def started(self) -> None:
        """The node has its ends now; drop ours of them, so that its death is seen."""
        for end in self.node_ends:
            os.close(end)
        self.node_ends = ()

    def send(self, frame: dict) -> None:
        """Raises LinkClosed if nobody reads any more."""
        try:
            os.write(self._write, json.dumps(frame, separators=(",", ":")).encode() + b"\n")
        except (BrokenPipeError, OSError):
            raise LinkClosed from None

    def receive(self, timeout_s: float) -> dict:
        """The next frame. Raises LinkClosed or LinkSilent."""
        while b"\n" not in self._pending:
            if not self._poll.poll(timeout_s * 1000):
                raise LinkSilent
            chunk = os.read(self._read, 65_536)
            if not chunk:
                raise LinkClosed
            self._pending += chunk
        line, _, self._pending = self._pending.partition(b"\n")
        return json.loads(line)

    def hang_up(self) -> None:
        """Close the world's ends: a node takes that as the end of the world and exits 0."""
        for end in (self._write, self._read, *self.node_ends):
            with suppress(OSError):  # closed before
                os.close(end)
        self._write = self._read = -1
        self.node_ends = ()
