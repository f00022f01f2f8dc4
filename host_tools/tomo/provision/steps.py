"""Provisioning, step by step: look whether it is there, do it if not, and look again.

It can be cut anywhere and run again: what was done is found and told as such. The inventory has a
board as provisioned only when all of it was read back from the restarted node.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tomo.errors import HostError, NodeWrong
from tomo.inventory.keys import KeyFolder, Keys, fingerprint, make
from tomo.inventory.records import BEGUN, PROVISIONED, REPLACED, WIPED, Board
from tomo.inventory.store import Inventory, Taken
from tomo.jobs.node_clock import nearest
from tomo.jobs.stored_settings import flat, get_value
from tomo.provision.clock import installed, need_credible
from tomo.provision.node import Identity, Node, Seen
from tomo.provision.readings import Readings, reached, words
from tomo.provision.serial import WrongIdentity, serial_for
from tomo.site import records
from tomo.site.node_settings import settings_of
from tomo.transport.console import Refused

FOUND, DONE = "found", "done"
TAKES = "takes over"  # how an entry of the inventory begins that has readings
# Documents that are none, of the two halves of an identity: see Node.knows.
_NO_FACTORY: dict[str, str] = {}
_NO_KEY = {"key": ""}
_MINUTE = timedelta(minutes=1)

Tell = Callable[[str, str], None]  # step, FOUND or DONE


@dataclass(frozen=True)
class Order:
    """What is to become of a board.

    password      of the Wi-Fi; empty: what is there stays
    trust_clock   this machine's clock is right, whatever speaks against it
    move          the board may have been another node until now
    replaces      the board that is this node until now, as the inventory has it
    readings      from which its counters go on; None: as they are
    more          settings besides those of the site file, as KEY: value
    """

    site: records.Site
    node: records.Node
    password: str = ""
    trust_clock: bool = False
    move: bool = False
    replaces: Board | None = None
    readings: Readings | None = None
    more: dict[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Step:
    """look: whether it is as it is to be, asked of the node; do: make it so."""

    name: str
    look: Callable[[], bool]
    do: Callable[[], None]


def provision(order: Order, node: Node, inventory: Inventory, tell: Tell) -> Board:
    """Make a board the node; what the inventory has of it then.

    Raises HostError: nothing is written on a board that is refused.
    """
    seen = node.see()
    _need_kind(order, seen)
    _need_clock(order, node, seen, inventory)
    inventory.need_room()
    return _Work(order, node, inventory, seen, tell).run()


class _Work:
    def __init__(
        self, order: Order, node: Node, inventory: Inventory, seen: Seen, tell: Tell
    ) -> None:
        self._order = order
        self._node = node
        self._inventory = inventory
        self._seen = seen
        self._tell = tell
        self._done: list[str] = []
        self._settings = settings_of(order.site, order.node)
        self._password = order.password
        self._lacking: list[tuple[str, object]] = []
        self._identity: Identity | None = None
        self._folder = KeyFolder(inventory.path)
        old = order.replaces
        self._old = old if old and old.mac != seen.mac else None
        known = inventory.of_chip(seen.mac)
        self._known = known
        self._board = self._claim(seen, known)
        self._keys = self._own_keys(seen.mac)

    def run(self) -> Board:
        """All steps, then all that can be read once more."""
        steps = [
            Step("identity", self._has_identity, self._write_identity),
            Step("key", self._has_key, self._write_key),
            Step("settings", self._has_settings, self._write_settings),
        ]
        if self._order.readings is not None:
            steps.append(Step("readings", self._has_readings, self._start_counters))
        steps += [
            Step("restart", self._is_restarted, self._restart),
            Step("time", self._has_time, self._write_time),
        ]
        for step in steps:
            self._take(step)
        for step in steps[:-2]:  # what is in flash, once more, if it was written
            if self._done:
                self._need(step)
        self._need_running()
        return self._record()

    def _take(self, step: Step) -> None:
        if step.look():
            self._tell(step.name, FOUND)
            return
        step.do()
        self._done.append(step.name)
        self._need(step)
        self._tell(step.name, DONE)

    def _need(self, step: Step) -> None:
        if not step.look():
            raise NodeWrong(
                f"{self._node.where} does not have the {step.name} that was written to it",
                "Run it again; `tomo doctor` tells what is wrong with a node.",
            )

    def _claim(self, seen: Seen, known: Board | None) -> Board:
        """What the inventory is to have of this board. Raises HostError if it is not to be had."""
        site, node = self._order.site, self._order.node
        identity = self._identity_now()
        fitted = known if known and known.state != WIPED else None
        if fitted and (fitted.site, fitted.node) != (site.name, node.name) and not self._order.move:
            raise Taken(
                f"this board is {fitted.node} of {fitted.site} already: {fitted.serial}",
                f"--move makes it {node.name}.",
            )
        others = {one.serial for one in self._inventory.boards() if one.mac != seen.mac}
        serial, hardware = serial_for(site, node, known, identity, others)
        if identity.keyed and self._folder.read(seen.mac) is None:
            raise WrongIdentity(
                f"board {serial} has a key already, and {self._folder.folder} does not have it",
                "Who provisioned it has it: copy their file, or use their inventory.",
            )
        claim = Board(
            seen.mac, serial, node.board, hardware, site.name, node.name, node.place,
            firmware=seen.firmware,
        )  # fmt: skip
        self._inventory.need_free(claim, self._old)
        self._need_unused(claim)
        return claim

    def _need_unused(self, claim: Board) -> None:
        """A board that has counted on its own would jump back, or seem to have all that it takes
        over already.
        """
        wanted = self._order.readings
        if wanted is None or self._is_taken_over(claim.mac):
            return
        now = self._node.readings()
        ahead = {one: now[one] for one in wanted if not reached(wanted[one], now.get(one, (0, 0)))}
        if ahead:
            raise HostError(
                f"board {claim.serial} has counted already: {words(ahead)}",
                "Is it the right board? `tomo wipe` makes one that was in use blank.",
            )

    def _is_taken_over(self, mac: str) -> bool:
        """Whether readings were begun to be given to it, since it was last blank."""
        done = [one.what for one in self._inventory.history(mac)]
        last = next((one for one in reversed(done) if one.startswith((TAKES, WIPED))), "")
        return last.startswith(TAKES)

    def _has_readings(self) -> bool:
        return self._is_taken_over(self._board.mac) and not self._behind()

    def _behind(self) -> Readings:
        """Where the counters are to go on from, of branches where they are not so far."""
        now, wanted = self._node.readings(), self._order.readings or {}
        behind = {}
        for branch, value in wanted.items():
            has = now.get(branch, (0, 0))
            if not reached(has, value):
                behind[branch] = (max(has[0], value[0]), max(has[1], value[1]))
        return behind

    def _start_counters(self) -> None:
        """The inventory first: from then on, what is higher has been counted since."""
        self._begin()
        if not self._is_taken_over(self._board.mac):
            told = words(self._order.readings or {}) or "none"
            self._inventory.put(self._board, f"{TAKES} readings: {told}")
        for branch, (import_wh, export_wh) in self._behind().items():
            self._node.start(branch, import_wh, export_wh)

    def _own_keys(self, mac: str) -> Keys:
        """On the disk before any node has them: a key that only a node knows is lost."""
        keys = self._folder.read(mac)
        if keys is None:
            self._begin()
            keys = make()
            self._folder.keep(mac, keys)
            self._tell("keys", DONE)
        else:
            self._tell("keys", FOUND)
        return keys

    def _begin(self) -> None:
        """From here on the board is not as it was, and no longer to be taken for good."""
        if self._known is None or self._known != self._board:
            changes = [(self._board, f"begun for {self._board.node}")]
            old = self._old
            if old:
                gone = f"replaced as {old.node} by {self._board.serial}"
                changes.insert(0, (replace(old, state=REPLACED), gone))
            self._inventory.put_all(changes)
            self._known = self._board

    def _has_identity(self) -> bool:
        identity = self._identity_now()
        same = (identity.serial, identity.hardware) == (self._board.serial, self._board.hardware)
        return not identity.blank and same

    def _write_identity(self) -> None:
        serial, hardware = self._board.serial, self._board.hardware
        self._identify({"serial": serial, "hardware": hardware, "secret": self._keys.secret})

    def _has_key(self) -> bool:
        if not self._identity_now().keyed:
            return False
        if not self._node.knows(_NO_KEY, self._keys.key):
            raise WrongIdentity(
                f"board {self._board.serial} has another key than"
                f" {self._folder.path(self._board.mac)}",
                "Who provisioned it last has it: use their inventory.",
            )
        return True

    def _write_key(self) -> None:
        self._identify({"key": self._keys.key})

    def _identify(self, document: dict[str, str]) -> None:
        self._begin()
        self._identity = None
        self._node.identify(document)

    def _identity_now(self) -> Identity:
        """As last told, unless it was written or the node restarted since."""
        if self._identity is None:
            self._identity = self._node.identity()
        return self._identity

    def _has_settings(self) -> bool:
        stored = dict(flat(self._node.settings()))
        unset = object()
        wanted = [*flat(self._settings), *self._order.more.items()]
        self._lacking = [(key, one) for key, one in wanted if stored.get(key, unset) != one]
        # No node tells a password back: that it took it is all that can be known.
        if self._password:
            self._lacking.append(("wifi_password", self._password))
        return not self._lacking

    def _write_settings(self) -> None:
        self._begin()
        self._node.set(self._lacking)
        self._password = ""

    def _restart(self) -> None:
        self._identity = None
        self._node.restart()

    def _is_restarted(self) -> bool:
        """Whether nothing was written since its last start, by us or by a run that was cut."""
        begun = self._known is None or self._known.state == BEGUN
        return "restart" in self._done or not (self._done or begun)

    def _has_time(self) -> bool:
        """A node tells its time to the minute, so only a time server's is as good as ours."""
        self._seen = self._node.see()
        return self._is_near() and ("time" in self._done or self._seen.synchronised)

    def _write_time(self) -> None:
        try:
            self._node.set_time(nearest(datetime.now(UTC)))
        except Refused:
            if not self._is_near():  # a desk node has this machine's clock, and leaves it alone
                raise

    def _is_near(self) -> bool:
        local = self._seen.local
        if local is None:
            return False
        told = _utc(local, self._order.site.utc_offset_min)
        return abs(told - datetime.now(UTC)) < 2 * _MINUTE

    def _need_running(self) -> None:
        seen = self._seen
        if seen.serial != self._board.serial or seen.refused_settings:
            raise NodeWrong(
                f"{self._node.where} runs as {seen.serial} and refuses {seen.refused_settings}"
                " settings",
                "Run it again; `tomo doctor` tells what is wrong with a node.",
            )

    def _record(self) -> Board:
        ours = self._node.knows(_NO_FACTORY, self._keys.secret)
        whole = replace(
            self._board,
            state=PROVISIONED,
            secret=fingerprint(self._keys.secret) if ours else "",
            key=fingerprint(self._keys.key),
        )
        done = ", ".join(self._done)
        what = f"provisioned as {whole.node}: {done}" if done else "found as the site file says"
        self._inventory.put(whole, what)
        return whole


def _need_kind(order: Order, seen: Seen) -> None:
    if seen.board != order.node.board:
        raise HostError(
            f"this is a {seen.board} board, and {order.node.name} is a {order.node.board}",
            "Take the right board, or correct the site file.",
        )


def _need_clock(order: Order, node: Node, seen: Seen, inventory: Inventory) -> None:
    if order.trust_clock:
        return
    history = inventory.history()
    last_work = max((datetime.fromisoformat(one.at) for one in history), default=None)
    own = None
    if seen.local and seen.synchronised:
        own = _utc(seen.local, get_value(node.settings(), "utc_offset_min").value)
    need_credible(datetime.now(UTC), installed(), last_work, own)


def _utc(local: datetime, offset_min: Any) -> datetime:
    return (local - timedelta(minutes=offset_min)).replace(tzinfo=UTC)
