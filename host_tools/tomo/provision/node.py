"""A node on a console, as who provisions it needs it."""

import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tomo.errors import NodeWrong
from tomo.jobs.node_clock import typed
from tomo.jobs.stored_settings import read_document, set_on_console
from tomo.jobs.targets import SerialTarget
from tomo.provision.readings import Readings, in_flash
from tomo.transport.console import ConsoleFlash, NodeConsole, Refused

_START_S = 15.0  # from a restart on until a node has said that it boots
_WIPE_S = 120.0  # 208 sectors of 400 ms at most, some 10 s as they are
_SYNCHRONISED = "synchronised"


@dataclass(frozen=True)
class Seen:
    """What a node tells of itself.

    serial     the one that it runs with, its MAC if it has none
    firmware   its version; empty if it is of before a node told one
    """

    board: str
    mac: str
    serial: str
    synchronised: bool
    local: datetime | None  # its own time, to the minute; None if its clock was never set
    refused_settings: int
    firmware: str


@dataclass(frozen=True)
class Identity:
    """What a node tells of its identity. blank: it has no factory's half, or has lost it."""

    blank: bool
    keyed: bool
    serial: str
    hardware: str


class Node:
    """Raises NodeSilent, NodeWrong and Refused as the console does."""

    def __init__(self, console: NodeConsole) -> None:
        self.where = console.where
        self._console = console

    def see(self) -> Seen:
        """What it is, and how its clock is."""
        status = self._console.ask("status", "status")
        points = self._console.ask("points node", "points")
        try:
            own = points["node"]["1"]
            return Seen(
                board=str(status["board"]),
                mac=bytes.fromhex(own["unique_id"]).hex().upper(),
                serial=str(own["serial"]),
                synchronised=status["clock"] == _SYNCHRONISED,
                local=_moment(own),
                refused_settings=int(status["refused_settings"]),
                firmware=str(status.get("firmware", "")),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise NodeWrong(
                f"{self.where} does not tell what it is: {error!r}",
                "Is its firmware of the same version as this `tomo`?",
            ) from None

    def identity(self) -> Identity:
        """What it tells of its identity."""
        told = self._console.ask("identity", "identity")
        document = told.get("document")
        document = document if isinstance(document, dict) else {}
        return Identity(
            blank=told.get("state") != "whole",
            keyed=told.get("keyed") is True,
            serial=str(document.get("serial", "")),
            hardware=str(document.get("hardware", "")),
        )

    def identify(self, document: dict[str, str]) -> None:
        """Write one half of the identity, of which there is none yet."""
        self._console.ask(f"identify - {json.dumps(document)}", "identified")

    def challenge(self) -> bytes:
        """What the next proof must be over, before the words that it is of."""
        challenge = str(self._console.ask("challenge", "challenge").get("challenge"))
        try:
            return bytes.fromhex(challenge)
        except ValueError:
            raise NodeWrong(f"{self.where} gives no challenge") from None

    def wipe(self, word: str) -> None:
        """Have it forget all that it keeps, and wait until it answers again.

        As long as not all of it reads blank, `settings` has a mark that says so.
        """
        self._console.ask(f"wipe {word}", "wiping")
        self._console.hear("boot", _WIPE_S)

    def knows(self, half: dict[str, str], key: str) -> bool:
        """Whether `key` protects the half that a document such as `half` would be.

        The document is none: a node looks at that only after the proof, and writes nothing.
        """
        text = json.dumps(half)
        message = self.challenge() + text.encode()
        proof = hmac.digest(bytes.fromhex(key), message, "sha256").hex()
        try:
            self._console.ask(f"identify {proof} {text}", "identified")
        except Refused as refused:
            return "reason" in refused.fields
        raise NodeWrong(f"{self.where} took an identity that is none")

    def settings(self) -> dict[str, Any]:
        """All that were set, without secrets."""
        return read_document(SerialTarget(self._console, None))

    def set(self, pairs: list[tuple[str, object]]) -> None:
        """Set many settings. Raises HostError with the range of what is refused."""
        set_on_console(SerialTarget(self._console, None), pairs)

    def set_time(self, when: datetime) -> None:
        """Set its clock to a time in UTC."""
        self._console.ask(f"time {typed(when)}", "time")

    def readings(self) -> Readings:
        """Its counters, as they are in flash."""
        return in_flash(ConsoleFlash(self._console))

    def start(self, branch: int, import_wh: int, export_wh: int) -> None:
        """Let the counters of a branch go on from there, in flash when this returns."""
        self._console.ask(f"start {branch} {import_wh} {export_wh}", "start value", _is_answer)

    def restart(self) -> None:
        """Restart it, and wait until it answers again."""
        self._console.ask("reboot", "reboot")
        self._console.hear("boot", _START_S)


def _is_answer(told: dict) -> bool:
    """Whether this is the answer to `start`, and not the event that tells of it."""
    return "export_to_wh" in told


def _moment(own: dict) -> datetime | None:
    if not own.get("date") or own.get("time") is None:
        return None
    return datetime(*own["date"]) + timedelta(hours=own["time"][0], minutes=own["time"][1])
