"""Console commands of a board with loads: switch and lock them, take over a meter's reading."""

from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core.events import COMMAND, CONSOLE, START_EXPORT, START_VALUE
from tomoshibi.core.modules import let_go
from tomoshibi.wire import registers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tomoshibi.core.branch import Branch
    from tomoshibi.node.load_control import LoadControl
    from tomoshibi.node.storage import Storage

_WRAP_WH = const(100_000_000)


class LoadCommands:
    """See node.commands."""

    HELP = (
        ("start BRANCH IMPORT_WH [EXPORT_WH]", "Let the counters of a branch go on from there."),
        ("load [NUMBER on|off|lock|unlock]", "List the loads; switch one, or lock it off."),
        ("why LOAD", "Why a load, by number or name, is on or off, and what it waits for."),
    )

    def __init__(
        self,
        storage: Storage,
        control: LoadControl,
        switched: Sequence[Branch],
        fixed: Sequence[Branch] = (),
    ) -> None:
        self._storage = storage
        self._control = control
        self._switched = switched
        self._fixed = fixed

    def do_start(self, rest: str) -> dict:
        """Count on from the reading of the meter that this one replaces."""
        words = [int(word) for word in rest.split()]
        branches = list(self._switched) + list(self._fixed)
        branch = branches[_place(branches, words[0])]
        import_wh = words[1]
        export_wh = words[2] if len(words) > 2 else branch.energy.export_wh
        if not (0 <= import_wh < _WRAP_WH and 0 <= export_wh < _WRAP_WH):
            raise ValueError("0 to 99999999 Wh")
        before_wh, before_export_wh = branch.energy.import_wh, branch.energy.export_wh
        export_mj = 0 if len(words) > 2 else branch.energy.export_mj
        branch.energy.put(import_wh, export_wh, 0, export_mj)
        self._storage.journal.save_all()
        record, number = self._control.record, branch.number
        record(START_VALUE, number, before_wh, import_wh, COMMAND, CONSOLE)
        if len(words) > 2:
            record(START_EXPORT, number, before_export_wh, export_wh, COMMAND, CONSOLE)
        return {
            "event": "start value",
            "branch": number,
            "from_wh": before_wh,
            "to_wh": import_wh,
            "export_from_wh": before_export_wh,
            "export_to_wh": export_wh,
        }

    def do_why(self, rest: str) -> dict:
        """Why a load, by its number or name, is as it is, and what it waits for."""
        names = [branch.load.name for branch in self._switched]
        if rest in names:
            i = names.index(rest)
        elif rest.isdigit():
            i = _place(self._switched, int(rest))
        else:
            raise ValueError("a number or a name that `load` lists")
        from tomoshibi.node import why

        utc_offset_min = self._storage.settings.load()["utc_offset_min"]
        told = why.facts(self._control, i, utc_offset_min)
        let_go("node.why", "wire.events")
        return told

    def do_load(self, rest: str) -> dict:
        """Command a load, or lock it, kept through restarts; without words tell of all loads."""
        if not rest:
            return {"event": "loads", "loads": [_shown(one) for one in self._switched]}
        number, what = rest.split()
        i = _place(self._switched, int(number))
        if what in ("on", "off"):
            self._control.command(i, what == "on")
        elif what in ("lock", "unlock"):
            self._control.lock(i, what == "lock")
        else:
            raise ValueError("on, off, lock or unlock")
        load = self._switched[i].load
        state = registers.NOT_WANTED if load.off_by & 1 << CONSOLE else 0
        if load.locked_off:
            state += registers.LOCKED_OFF
        self._storage.view(registers.LOAD_STATE + int(number) - 1, 1)[0] = state
        return {
            "event": "commanded",
            "number": int(number),
            "wanted": load.wanted,
            "locked_off": load.locked_off,
        }


def _shown(branch: Branch) -> dict:
    load = branch.load
    shown = {
        "number": branch.number,
        "load": load.name,
        "tier": load.tier,
        "closed": load.closed,
        "wanted": load.wanted,
        "locked_off": load.locked_off,
    }
    if branch.reading.valid:
        shown["power_w"] = load.power_w
    return shown


def _place(branches: Sequence[Branch], number: int) -> int:
    """The place of branch `number`. Raises ValueError."""
    numbers = [branch.number for branch in branches]
    if number not in numbers:
        if max(numbers) == len(numbers):
            raise ValueError("1 to %d" % len(numbers))
        raise ValueError("one of " + ", ".join(str(one) for one in sorted(numbers)))
    return numbers.index(number)
