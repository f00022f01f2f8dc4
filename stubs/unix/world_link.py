"""The pipe to the world: what the node's chips feel comes in, what its outputs do goes out.

One JSON object a line. In lock-step the world grants time (`until_ms`, since boot) and the node
answers when it has used it up, or at the very instant at which an output changed; it then waits
for the next grant. What cannot be interrupted may take it past its grant: it says how far it came,
and is granted nothing before that. In real time frames come and go as things happen.

The quantity `flash_torn` is no part's: the supply fails in the middle of the next flash operation.
"""

import asyncio
import json
from micropython import const

import desk_clock
import resets

# An event cannot lie further ahead than ticks reach.
_LONGEST_MS = const(86_400_000)


class WorldLink:
    """The node's end. `twin` has `name`, `set(quantities)` and `outputs`."""

    def __init__(self, read_fd: int, write_fd: int, twin) -> None:
        self._incoming = open(read_fd, "rb")  # noqa: SIM115 (as long as the node lives)
        self._outgoing = open(write_fd, "wb")  # noqa: SIM115
        self._twin = twin
        # After a reset the world still believes in what was told before.
        self._told = [None if resets.after_reset else value for value in twin.outputs.values]
        self._until_ms = 0
        # In lock-step: use up the grant. In real time: report what changed.
        self._event = desk_clock.event(self._use_grant)

    def open(self) -> None:
        """Say hello. In lock-step, wait for the first grant and the conditions at boot."""
        self._send({"hello": self._twin.name})
        if desk_clock.mode == desk_clock.REAL:
            self._event = desk_clock.event(self._report_changes)
            desk_clock.watch(self._incoming, self._hear)
            if resets.after_reset:
                self._on_change()
        else:
            self._await_grant(0)
        self._twin.outputs.on_change = self._on_change

    def _on_change(self) -> None:
        """An output changed: the event comes forward to this very instant."""
        desk_clock.arm(self._event, 0)

    def _use_grant(self) -> None:
        now_ms = desk_clock.uptime_ms()
        changes = self._changes(now_ms)
        if not changes and now_ms < self._until_ms:
            desk_clock.arm(self._event, min(self._until_ms - now_ms, _LONGEST_MS))
            return
        self._send({"at_ms": now_ms, "out": changes, "lines": []})
        self._await_grant(now_ms)
        asyncio.core._io_queue.look_outside()

    def _await_grant(self, now_ms: int) -> None:
        self._hear()
        while self._until_ms <= now_ms:
            self._send({"at_ms": now_ms, "out": [], "lines": []})
            self._hear()
        desk_clock.arm(self._event, min(self._until_ms - now_ms, _LONGEST_MS))

    def _report_changes(self) -> None:
        now_ms = desk_clock.uptime_ms()
        changes = self._changes(now_ms)
        if changes:
            self._send({"at_ms": now_ms, "out": changes})

    def _changes(self, now_ms: int) -> list:
        outputs = self._twin.outputs
        changes = []
        for i, value in enumerate(outputs.values):
            if value != self._told[i]:
                self._told[i] = value
                changes.append([now_ms, outputs.names[i], value])
        return changes

    def _hear(self) -> None:
        """Take one frame. The world's end of file is the end of the node."""
        line = self._incoming.readline()
        if not line:
            resets.end(0)
        frame = json.loads(line)
        if "set" in frame:
            quantities = frame["set"]
            if "flash_torn" in quantities:
                self._tear_flash(quantities.pop("flash_torn"))
            self._twin.set(quantities)
        self._until_ms = frame.get("until_ms", 0)

    def _tear_flash(self, seed: int) -> None:
        from torn_flash import at_next  # few worlds do: for memory

        at_next(seed, self._die)

    def _die(self) -> None:
        """The supply is gone: the world is told, and nothing happens any more until it ends us."""
        now_ms = desk_clock.uptime_ms()
        self._send({"at_ms": now_ms, "out": self._changes(now_ms) + [[now_ms, "supply", 0]]})
        while self._incoming.readline():
            pass
        resets.end(0)

    def _send(self, frame: dict) -> None:
        """The end of the world is the end of the node, here as in `_hear`."""
        try:
            self._outgoing.write(json.dumps(frame).encode() + b"\n")
        except OSError:
            resets.end(0)
