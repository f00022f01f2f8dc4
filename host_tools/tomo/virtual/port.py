"""A pseudo-terminal that stands for a board's serial port, at a link that keeps its name.

It has no modem lines; what is left of a reset is that the port is opened and closed. The far end
is never open here, so that the kernel tells when its last user has gone.
"""

import os
import pty
import select
import tty
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tomo.virtual.users import Users

_CHUNK = 65_536


@dataclass
class Traffic:
    """What has passed in bytes, and how often an answer followed a question."""

    heard: int = 0
    said: int = 0
    turns: int = 0
    listens: bool = False

    def hears(self, size: int) -> None:
        self.heard += size
        self.listens = True

    def says(self, size: int) -> None:
        self.said += size
        self.turns += self.listens
        self.listens = False


class Port:
    """Plugged in from the start until `unplug`. `link` is replaced if it is there."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self.path = ""
        self.end = -1  # for whoever waits for several ports; -1 while unplugged
        self.is_open = False
        self._left = b""
        self.traffic = Traffic()
        self.plug()

    def plug(self) -> None:
        self.end, theirs = pty.openpty()
        tty.setraw(theirs)  # stays so when it is closed
        self.path = os.ttyname(theirs)
        os.close(theirs)
        self._users = Users(self.path)
        os.set_blocking(self.end, False)
        fresh = self.link.with_name(f"{self.link.name}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(self.path)
        fresh.replace(self.link)

    def unplug(self) -> None:
        """Whoever has it open reads and writes no more; the link is gone."""
        if self.end < 0:
            return
        with suppress(OSError):  # it is another's by now, or its folder is gone
            if os.readlink(self.link) == self.path:
                self.link.unlink()
        os.close(self.end)
        self._users.close()
        self.end = -1
        self.is_open = False
        self._left = b""

    def events(self) -> int:
        """What to wait for."""
        return select.POLLIN | (select.POLLOUT if self._left else 0)

    def heard(self) -> bytes:
        """What was written to the port; nothing if nobody has it open or wrote. Does not wait."""
        try:
            data = os.read(self.end, _CHUNK)
        except BlockingIOError:
            self.is_open = True
            return b""
        except OSError:  # EIO: nobody has it open, and all that was written is read
            self.is_open = False
            self._left = b""
            return b""
        self.is_open = True
        self.traffic.hears(len(data))
        return data

    def left(self) -> bool:
        """Whether its last user has closed it since this was asked last, though it may be open."""
        return self._users.have_gone()

    def say(self, data: bytes) -> None:
        """Send as much as there is room for, and keep the rest; `sent` tells when it is gone.

        What nobody has the port open for is lost, as on a wire.
        """
        self._left = self._left + data if self.is_open else b""
        self.sent()

    def forget(self) -> None:
        """What is kept is not sent any more."""
        self._left = b""

    def sent(self) -> bool:
        """Send on what was kept; whether all is sent."""
        while self._left:
            try:
                size = os.write(self.end, self._left)
                self._left = self._left[size:]
                self.traffic.says(size)
            except BlockingIOError:
                return False
            except OSError:
                self._left = b""
        return True
