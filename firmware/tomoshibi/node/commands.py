"""What can be typed on the console. Each command answers with one JSON object, or an error."""

import asyncio
from machine import RTC, reset
from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core.calendar import civil, day_number
from tomoshibi.core.errors import NodeFault
from tomoshibi.core.events import COMMAND, CONSOLE, IDENTITY, REPLACED
from tomoshibi.core.modules import let_go
from tomoshibi.core.refusals import NotAuthorised, SettingRefused
from tomoshibi.settings.declared import KIND, NAME, SECRET, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tomoshibi.node.control import Control
    from tomoshibi.node.lamp_commands import LampCommands
    from tomoshibi.node.load_commands import LoadCommands
    from tomoshibi.node.storage import Storage
    from tomoshibi.reporting.source import NodeSource
    from tomoshibi.settings.store import Settings

_READ_MOST = const(512)
_WORD_SHOWN = const(20)
# The partitions that hold no secrets.
_READABLE = ("registers", "history", "events")
# How it is typed, and what it does: docs/console.md has these rows, too.
_HELP = (
    ("status", "How the node is, and what it has lost or refused: the fields are below."),
    ("points [PART]", "Every value the node shows, by name, with its unit; or of one part."),
    ("read PARTITION AT LENGTH", "Bytes of `registers`, `history` or `events`, at most 512."),
    (
        "verify",
        "Walk the event log with the node's own key; `verified` tells what is wrong, and where.",
    ),
    ("settings", "All settings that were set, without secrets."),
    (
        "set KEY VALUE|[[KEY, VALUE], …]",
        "Change a setting, or many in one write, all or none; `reboot`: it takes a restart.",
    ),
    ("defaults", "Forget all settings."),
    ("identity", "Serial number and calibration, without secrets."),
    ("challenge", "A number that a proof for `identify` must contain."),
    ("identify PROOF DOCUMENT", "Write the factory's half or the node's: once, or with a proof."),
    ("time YYYY-MM-DDThh:mm:ss (UTC)", "Set the clock."),
    ("retire", "Note in the event log that another board has taken this one's place."),
    ("wipe PROOF|SERIAL", "Restart, and forget all that is kept; a node without key takes SERIAL."),
    ("reboot", "Restart; relays open, as at every start."),
    ("maintenance", "Restart into a REPL, with every output as in reset."),
    ("help", "These lines."),
)


class Commands:
    """`answer` takes a line; `say` prints an object. Lines come from whoever holds the cable.

    A method do_WORD(rest of the line) returns the answer, or raises. Each of `own` has those of
    an output of the board, and their HELP.
    """

    def __init__(
        self,
        say: Callable[[dict], None],
        status: Callable[[], dict],
        apply: Callable[[str, Settings], None],
        storage: Storage,
        own: tuple[LoadCommands | LampCommands, ...],
        stop_control: Callable[[], None],
        source: NodeSource,
        control: Control,
    ) -> None:
        self._say = say
        self._status = status
        self._apply = apply
        self._storage = storage
        self._own = own
        self._stop_control = stop_control
        self._source = source
        self._control = control

    def answer(self, line: str | None) -> None:
        """Do what the line says; None is a line that was too long."""
        if line is None:
            self._say({"event": "error", "reason": "line too long"})
            return
        # Only the first word is ever said back: what follows may be a password.
        word, _, rest = line.partition(" ")
        command = self._command(word)
        if command is None:
            self._say({"event": "error", "unknown": word[:_WORD_SHOWN]})
            return
        try:
            self._say(command(rest.strip()))
        except SettingRefused as refused:
            self._say({"event": "error", "refused": refused.args[0], "allowed": refused.args[2]})
        except NotAuthorised as refused:
            self._say({"event": "error", "not authorised": refused.args[0]})
        except (ValueError, IndexError, OSError) as error:
            self._say({"event": "error", "command": word, "reason": _reason(error)})
        except NodeFault as fault:
            self._say({"event": "error", "command": word, "reason": repr(fault)})
        except MemoryError:
            self._say({"event": "error", "command": word, "reason": "out of memory"})

    def _command(self, word: str) -> Callable[[str], dict] | None:
        """The method of a word that the help lists.

        Any other must not reach `getattr`: each new name it is asked for takes memory for ever.
        """
        for usage, _sentence in _HELP:
            if usage.partition(" ")[0] == word:
                return getattr(self, "do_" + word)
        for owner in self._own:
            for usage, _sentence in owner.HELP:
                if usage.partition(" ")[0] == word:
                    return getattr(owner, "do_" + word)
        return None

    def do_status(self, _rest: str) -> dict:
        return self._status()

    def do_points(self, rest: str) -> dict:
        from tomoshibi.node.points_command import points

        answer = points(self._source, rest)
        let_go("node.points_command")
        return answer

    def do_help(self, _rest: str) -> dict:
        commands = [row[0] for row in _HELP]
        for owner in self._own:
            commands += [row[0] for row in owner.HELP]
        return {"event": "help", "commands": commands}

    def do_read(self, rest: str) -> dict:
        label, at, length = rest.split()
        if label not in _READABLE:
            raise ValueError("readable: " + ", ".join(_READABLE))
        if not 0 < int(length) <= _READ_MOST or int(at) < 0:
            raise ValueError("1 to 512 bytes at once")
        data = _read(self._storage.partition(label), int(at), int(length))
        text = data.hex()
        return {"event": "read", "partition": label, "at": int(at), "data": text}

    def do_verify(self, _rest: str) -> dict:
        from tomoshibi.node import verify_log

        if verify_log.running:
            raise ValueError("it runs already")
        task = asyncio.create_task(verify_log.verify(self._storage.log, self._say))
        verify_log.running.append(task)
        return {"event": "verify", "begun": True}

    def do_settings(self, _rest: str) -> dict:
        document = self._storage.settings.document()
        for row in SETTINGS:
            if row[KIND] == SECRET:
                document.pop(row[NAME], None)
        return {"event": "settings", "document": document}

    def do_set(self, rest: str) -> dict:
        # Imported here: the module is let go and made anew with the store.
        from tomoshibi.settings.store import typed_pairs

        pairs = typed_pairs(rest)
        settings = self._storage.settings
        restart = settings.change_all(pairs)
        if not restart:
            values = settings.load()
            for key, _value in pairs:
                self._apply(key, values)
        return {"event": "set", "key": pairs[-1][0], "reboot": restart}

    def do_defaults(self, _rest: str) -> dict:
        self._storage.settings.reset()
        return {"event": "defaults", "reboot": True}

    def do_identity(self, _rest: str) -> dict:
        identity = self._storage.identity
        state = "blank" if identity.blank else "lost" if identity.lost else "whole"
        shown = identity.shown()
        return {"event": "identity", "state": state, "keyed": identity.keyed, "document": shown}

    def do_challenge(self, _rest: str) -> dict:
        return {"event": "challenge", "challenge": self._storage.identity.challenge()}

    def do_identify(self, rest: str) -> dict:
        proof, _, text = rest.partition(" ")
        identity = self._storage.identity
        half = identity.write(text, proof)
        self._control.record(IDENTITY, half, 0, 0, COMMAND, CONSOLE)
        return {"event": "identified", "serial": identity.serial, "keyed": identity.keyed}

    def do_time(self, rest: str) -> dict:
        date, _, clock = rest.partition("T")
        year, month, day = (int(part) for part in date.split("-"))
        hour, minute, second = (int(part) for part in clock.split(":"))
        if not (2024 <= year < 2100 and 1 <= month <= 12 and 1 <= day <= 31):
            raise ValueError("2024-01-01 to 2099-12-31")
        days = day_number(year, month, day)
        if civil(days) != (year, month, day):
            raise ValueError("no such day")
        if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
            raise ValueError("00:00:00 to 23:59:59")
        from tomoshibi.node.set_clock import set_clock

        seconds = 86_400 * days + 3600 * hour + 60 * minute + second
        set_clock(self._source.calendar, self._control, seconds, 0, COMMAND, CONSOLE)
        let_go("node.set_clock")
        return {"event": "time", "utc": rest}

    def do_retire(self, _rest: str) -> dict:
        self._control.record(REPLACED, 0, 0, 0, COMMAND, CONSOLE)
        return {"event": "retired"}

    def do_wipe(self, rest: str) -> dict:
        """The start that follows does it: nothing else runs then."""
        from tomoshibi.node import outputs, wipe

        try:
            wipe.begin(self._storage, rest)
        finally:
            let_go("node.wipe", "wire.console")
        self._stop_control()
        outputs.to_reset()
        self._say({"event": "wiping"})
        reset()

    def do_reboot(self, _rest: str) -> dict:
        self._say({"event": "reboot"})
        self._storage.note_reset()
        reset()

    def do_maintenance(self, _rest: str) -> dict:
        """Give way to a REPL (see node.boot_plan), with every output as it is in reset."""
        # Imported here for memory: it is asked for seldom, and a reset follows.
        from tomoshibi.node import boot_plan, outputs

        self._storage.note_reset()
        self._stop_control()
        outputs.to_reset()
        RTC().memory(boot_plan.WANTED)
        self._say({"event": "maintenance", "wanted": True})
        reset()


def _read(flash, at: int, length: int) -> bytearray:
    """Bytes of a partition, across sectors."""
    data, done = bytearray(), 0
    if at + length > flash.ioctl(4, 0) * 4096:
        raise ValueError("beyond the partition's end")
    while done < length:
        sector, offset = divmod(at + done, 4096)
        piece = bytearray(min(length - done, 4096 - offset))
        flash.readblocks(sector, piece, offset)
        data += piece
        done += len(piece)
    return data


def _reason(error: Exception) -> str:
    return str(error.args[0]) if error.args else "not understood"
