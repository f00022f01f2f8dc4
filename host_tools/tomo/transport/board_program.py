"""What runs on a virtual board: a process with a console of its own and a link to its world."""

import json
import os
import pty
import subprocess
import tty
from contextlib import suppress
from pathlib import Path

from tomo.transport.world_link import LinkClosed, LinkSilent, WorldLink
from tomo.world.lockstep import Report

_CHUNK = 65_536


class BoardProgram:
    """Running until it ends or `kill`. `console` and `link` are descriptors to wait for."""

    def __init__(self, words: list[str], environment: dict[str, str], folder: Path) -> None:
        self._link = WorldLink()
        ends = self._link.node_ends
        self.console, theirs = pty.openpty()
        try:
            # Before it starts: later it would lose what has come by then.
            tty.setraw(theirs)
            os.set_blocking(self.console, False)
            self._process = subprocess.Popen(
                words,
                cwd=folder,
                env=environment | {"DESK_LINK": f"{ends[0]},{ends[1]}"},
                stdin=theirs,
                stdout=theirs,
                stderr=theirs,
                pass_fds=ends,
                start_new_session=True,  # so that this terminal can be its own
            )
        except BaseException:
            self._link.hang_up()
            os.close(self.console)
            raise
        finally:
            os.close(theirs)
        self._link.started()
        self.link = self._link.reads
        self._untyped = b""

    def said(self) -> bytes:
        """What it has printed since; nothing when there is nothing. Does not wait."""
        with suppress(OSError):  # nothing there, or EIO: it has ended, and all of it is read
            return os.read(self.console, _CHUNK)
        return b""

    def type(self, data: bytes) -> None:
        """What it does not take yet is kept."""
        self._untyped += data
        with suppress(OSError):  # no room, or it has ended
            self._untyped = self._untyped[os.write(self.console, self._untyped) :]

    def feel(self, quantities: dict[str, int]) -> bool:
        """Whether it could be told, as its link has room."""
        try:
            self._link.send({"set": quantities})
        except LinkClosed:
            return False
        return True

    def report(self) -> Report | None:
        """What its outputs have done, if they have. Does not wait."""
        try:
            frame = self._link.receive(0)
        except (LinkSilent, LinkClosed, json.JSONDecodeError):
            return None
        return Report(frame.get("at_ms", 0), [tuple(one) for one in frame.get("out", ())])

    def status(self) -> int | None:
        """How it has ended; None while it runs."""
        return self._process.poll()

    def kill(self) -> None:
        """At once, as a reset does. Frees all."""
        self._process.kill()
        self._process.wait()
        self._link.hang_up()
        os.close(self.console)
