"""The walk through a fitted node: each step done once, told, stored; the node left as found."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tomo.board.read import Board
from tomo.commission import judge
from tomo.commission.journal import Journal
from tomo.commission.node import Load, Node
from tomo.commission.records import Check, Expected, Reading, Trial
from tomo.errors import HostError

LAMP = "lamp"
# A chip's window is a second, and the first after a switch has seen both.
_SETTLE_S = 1.5
_LOOK_S = 1.0
# So long watts may take to follow a relay, a grid state a contact, an inverter an outage.
_FOLLOW_S = 6.0
_TAKE_OVER_S = 15.0
# A lamp's way up.
_RAMP_S = 60.0

Ask = Callable[[str], bool]  # whether hands have done it; False: this step is skipped
Tell = Callable[[Check], None]


@dataclass(frozen=True)
class Hands:
    """ask: of the technician; tell: each check as it is known; close_s: for loads to come on"""

    ask: Ask
    tell: Tell
    close_s: float = 600.0


class Walk:
    """Raises HostError as the console does; whatever ends it, loads and lamp are as found then."""

    def __init__(
        self, node: Node, board: Board, expected: Expected, journal: Journal, hands: Hands
    ) -> None:
        self._node = node
        self._board = board
        self._expected = expected
        self._journal = journal
        self._hands = hands

    def run(self, again: bool = False) -> None:
        """All steps that are not done; `again`: all."""
        with self._left_as_found():
            for step, look in self._steps():
                if again or not self._journal.is_done(step):
                    look(step)

    def _steps(self) -> Iterator[tuple[str, Callable[[str], None]]]:
        yield "meters", self._meters
        yield "line", self._line
        yield "senses", self._senses
        if self._board.load_circuits:
            for circuit in self._board.load_circuits:
                yield f"branch {circuit}", self._branch
        if self._board.lamp_circuits:
            yield LAMP, self._lamp
        if "contact" in self._expected.senses:
            yield "contact", self._contact
        yield "outage", self._outage
        if "supply" in self._expected.senses:
            yield "supply", self._supply

    @contextmanager
    def _left_as_found(self) -> Iterator[None]:
        """What an earlier walk left behind is put right first, what this one does at its end."""
        self._put_back()
        try:
            yield
        finally:
            self._put_back()

    def _put_back(self) -> None:
        """All that can be: one that is refused does not keep the others from it."""
        refused: HostError | None = None
        for what, on in list(self._journal.restore.items()):
            try:
                if what == LAMP:
                    self._node.lock_lamp(not on)
                else:
                    self._node.command(int(what), on)
                self._journal.paid(what)
            except HostError as error:
                refused = error
        if refused:
            left = ", ".join(self._journal.restore)
            raise HostError(
                f"not as it was found: {left}: {refused}", "Run it again: it begins with these."
            ) from None

    def _read(self) -> Reading:
        return self._node.read(self._board)

    def _done(self, step: str, checks: list[Check], trial: Trial | None = None) -> None:
        self._journal.put(step, checks, trial)
        for check in checks:
            self._hands.tell(check)

    def _until(self, good: Callable[[Reading], bool], limit_s: float) -> Reading:
        """The first reading that is good, or the last one in time."""
        waited_s = 0.0
        while not good(seen := self._read()) and waited_s < limit_s:
            self._node.wait(_LOOK_S)
            waited_s += _LOOK_S
        return seen

    def _meters(self, step: str) -> None:
        self._done(step, list(judge.meters(self._expected, self._read())))

    def _line(self, step: str) -> None:
        self._done(step, list(judge.line(self._expected, self._node.settings(), self._read())))

    def _senses(self, step: str) -> None:
        self._done(step, list(judge.senses(self._expected, self._read())))

    def _branch(self, step: str) -> None:
        circuit = int(step.rpartition(" ")[2])
        called = self._expected.called(circuit)
        if self._expected.names and circuit not in self._expected.names:
            self._done(step, [judge.skipped(f"branch, {called}", "the site has no load there")])
            return
        load = self._closed(circuit)
        if why := _why_not(load):
            self._done(step, [judge.skipped(f"branch, {called}", why)])
            return
        if not load.closed:
            self._done(step, [judge.never_on(self._expected, circuit)])
            return
        feeds = self._expected.feeds.get(circuit, ())
        if feeds and not self._hands.ask(
            f"{called} feeds {', '.join(feeds)}: may it be off for some seconds?"
        ):
            self._done(step, [judge.skipped(f"branch, {called}", f"it feeds {', '.join(feeds)}")])
            return
        trial = self._tried(circuit)
        self._journal.put(step, [], trial)
        for other, check in judge.branches(self._expected, self._journal.trials()).items():
            self._journal.judged(f"branch {other}", check)
        self._done(step, self._journal.checks(step), trial)

    def _closed(self, circuit: int) -> Load:
        """The load, once it is on, or when it will not be."""
        waited_s = 0.0
        while True:
            load = next(one for one in self._node.loads() if one.circuit == circuit)
            if load.closed or not load.wanted or load.locked or waited_s >= self._hands.close_s:
                return load
            self._node.wait(_LOOK_S)
            waited_s += _LOOK_S

    def _tried(self, circuit: int) -> Trial:
        """Off and on again: a load is dark for as short as the node allows."""
        self._node.wait(_SETTLE_S)
        before = self._read().power_w
        self._journal.owe(str(circuit), True)
        self._node.command(circuit, False)

        def follows(seen: Reading) -> bool:
            return judge.followed(Trial(circuit, before, seen.power_w)) is not None

        self._node.wait(_SETTLE_S)
        after = self._until(follows, _FOLLOW_S).power_w
        self._node.command(circuit, True)
        self._journal.paid(str(circuit))
        return Trial(circuit, before, after)

    def _lamp(self, step: str) -> None:
        before = self._read()
        if not before.lamp_permille and self._hands.ask(
            "Cover the photocell until the lamp is lit"
        ):
            before = self._until(lambda seen: bool(seen.lamp_permille), _RAMP_S)
        if not before.lamp_permille:
            why = "the lamp is dark: its program, a lock, or daylight"
            self._done(step, [judge.skipped("lamp, locked off and free again", why)])
            return
        before = self._steady_lamp()
        full = before.lamp_permille or 0
        self._journal.owe(LAMP, True)
        self._node.lock_lamp(True)
        self._node.wait(_SETTLE_S)
        locked = self._until(lambda seen: abs(seen.lamp_w or 0.0) < judge.FLOOR_W, _FOLLOW_S)
        self._node.lock_lamp(False)
        self._journal.paid(LAMP)
        ramp: list[Reading] = []

        def back(seen: Reading) -> bool:
            ramp.append(seen)
            return (seen.lamp_permille or 0) >= full and (seen.lamp_w or 0.0) >= judge.FLOOR_W

        self._until(back, _RAMP_S)
        self._done(step, [judge.lamp(before, locked, ramp)])

    def _steady_lamp(self) -> Reading:
        """When its level does not rise any more."""
        last = -1

        def steady(seen: Reading) -> bool:
            nonlocal last
            before, last = last, seen.lamp_permille or 0
            return before == last

        return self._until(steady, _RAMP_S)

    def _contact(self, step: str) -> None:
        what = "inverter's contact, closed by hand"
        if not self._hands.ask(
            "Close the inverter's contact, or bridge its terminals; the grid stays on"
        ):
            self._done(step, [judge.skipped(what, "it takes hands")])
            return
        seen = self._until(lambda seen: seen.grid == "islanded", _FOLLOW_S)
        self._hands.ask("Open it again, or take the bridge away")
        self._done(step, [judge.contact(seen)])

    def _outage(self, step: str) -> None:
        what = "senses, grid switched off"
        if not self._hands.ask("Switch the grid off before the inverter; it is to take over"):
            self._done(step, [judge.skipped(what, "it takes hands")])
            return
        seen = self._until(lambda seen: seen.grid == "islanded", _TAKE_OVER_S)
        self._hands.ask("Switch the grid on again")
        self._done(step, [judge.outage(seen)])

    def _supply(self, step: str) -> None:
        why = "no console command tells what this sense sees"
        self._done(step, [judge.skipped("supply sense", why)])


def _why_not(load: Load) -> str:
    """Why a load is not switched; empty if it can be."""
    if load.locked:
        return "it is locked off, and a lock is somebody's safety"
    return "" if load.wanted else "it is off by command, and whose is not told"
