"""Whether a node that has just opened its flash again has everything that was promised."""

from life import BRANCHES, KEY, exact, integers, without_secret
from tomoshibi.registers import history_start
from tomoshibi.wire import (
    event_chain,
    event_key,
    event_log,
    flash_sector,
    history,
    register_names,
    registers,
)
from tomoshibi.wire.flash_bytes import get

_WRAP_MJ = 100_000_000 * 3_600_000
_SAFE_DAYS = 2  # besides the newest: of four sectors one may be free


class Findings:
    """What was broken, and the largest loss; `lines` tells the first few for the reader."""

    def __init__(self) -> None:
        self.counts = {
            "decreases": 0,
            "inventions": 0,
            "settings_lost": 0,
            "identity_lost": 0,
            "log_chain_breaks": 0,
            "events_lost": 0,
            "half_hours_lost": 0,
            "unbootable": 0,
        }
        self.max_loss_mwh = 0
        self.max_loss_whole_mwh = 0
        self.lines = []
        self.where = ""

    def add(self, what: str, words: str) -> None:
        self.counts[what] += 1
        if len(self.lines) < 20:
            self.lines.append("%s: %s: %s" % (self.where, what, words))


def check_registers(now, before, found: Findings) -> None:
    """Each between what was saved before the cut and what ran then. `before` may be the same."""
    for i, number in enumerate(now.numbers):
        saved, ran, has = exact(before, i, True), exact(before, i, False), exact(now, i, True)
        energy = number >= registers.ENERGY
        state = registers.LOAD_STATE <= number < registers.RELAY_MOVES
        if state or number == registers.RESET_NOTE:
            if has not in (saved, ran):
                found.add("decreases", "%s is %d" % (register_names.name(number), has))
            continue
        gone, lost = has - saved, ran - has
        if energy:
            gone, lost = _forward(gone), _forward(lost)
        if gone < 0:
            found.add("decreases", "%s by %d" % (register_names.name(number), -gone))
        elif number <= registers.COMMANDED_BOOTS:
            continue  # the boot that is looked at may have counted itself
        elif lost < 0:
            found.add("inventions", "%s of %d" % (register_names.name(number), -lost))
        elif energy and number >= registers.ENERGY + registers.CHANNEL_SIZE:
            found.max_loss_mwh = max(found.max_loss_mwh, -(-lost // 3_600))
        elif energy:
            found.max_loss_whole_mwh = max(found.max_loss_whole_mwh, -(-lost // 3_600))


def _forward(difference_mj: int) -> int:
    """A difference of counters that roll over, as the shorter way round."""
    return (difference_mj + _WRAP_MJ // 2) % _WRAP_MJ - _WRAP_MJ // 2


def check_documents(storage, promised, found: Findings) -> None:
    if storage.settings.lost or storage.settings.document() not in promised.settings:
        found.add("settings_lost", str(storage.settings.document()))
    identity = storage.identity
    shown = [without_secret(document) for document in promised.identity]
    if identity.lost or identity.shown() not in shown:
        found.add("identity_lost", str(identity.shown()))
    elif identity.key() != bytes.fromhex(KEY):
        found.add("identity_lost", "the node's key")


def check_log(log, acknowledged: int, found: Findings) -> None:
    """Prove the chain from the oldest sector; `acknowledged` is the last event that was in it."""
    if log.sequence < acknowledged:
        found.add("events_lost", "%d of %d" % (log.sequence, acknowledged))
    ring, flash = log.ring, log.ring.flash
    record = bytearray(event_log.RECORD)
    chain, key = None, event_key.EventKey(bytes.fromhex(KEY))
    for step in range(1, ring.count + 1):
        sector = (ring.newest + step) % ring.count
        if ring.newest < 0 or ring.read_head(sector) < 0:
            continue
        info = flash_sector.INFO
        first = get(ring.head, info, 4)
        before = bytes(ring.head[info + 4 : info + flash_sector.INFO_SIZE])
        if chain is not None and (chain.sequence, chain.hash) != (first - 1, before):
            found.add("log_chain_breaks", "before event %d" % first)
        chain = event_chain.Chain(first - 1, before, key)
        for slot in range(1, flash_sector.SECTOR // event_log.RECORD):
            flash.readblocks(sector, record, slot * event_log.RECORD)
            kind = chain.take(record)
            if kind in (event_chain.AFTER_DAMAGE, event_chain.AFTER_BREAK):
                found.add("log_chain_breaks", "before event %d" % chain.sequence)
            if kind == event_chain.LINKED and chain.proof != event_chain.PROVED:
                found.add("log_chain_breaks", "event %d is not proved" % chain.sequence)
    if chain is not None and chain.sequence != log.sequence:
        found.add("log_chain_breaks", "ends with %d of %d" % (chain.sequence, log.sequence))


def check_history(storage, promised, found: Findings) -> None:
    """Every half hour that was stored, in the days that the ring holds for certain.

    The counters are not behind the last of them, either.
    """
    kept = storage.history
    if not promised.half_hours:
        return
    _check_counters_against(kept, storage.journal, found)
    last_day = max(day for day, _ in promised.half_hours)
    readings = [integers(history.SLOTS) for _ in range(BRANCHES)]
    for day in range(last_day - _SAFE_DAYS, last_day + 2):
        for branch in range(BRANCHES):
            kept.read_day(day, branch, 0, readings[branch])
        for slot in range(history.SLOTS):
            has = [one[slot] for one in readings]
            may = [promised.half_hours.get((day, slot))]
            if may[0] is None:
                may = [[history.NONE] * BRANCHES, promised.pending()]
            if has not in may:
                found.add("half_hours_lost", "day %d slot %d: %s, not %s" % (day, slot, has, may))


def _check_counters_against(kept, journal, found: Findings) -> None:
    read_wh, export_wh = integers(BRANCHES), integers(BRANCHES)
    history_start.latest(kept, read_wh, export_wh)
    for branch in range(BRANCHES):
        place = journal.place(registers.ENERGY + registers.CHANNEL_SIZE * (branch + 1))
        behind_mj = read_wh[branch] * 3_600_000 - exact(journal, place, True)
        if read_wh[branch] >= 0 and _forward(behind_mj) > 0:
            found.add("decreases", "branch %d is behind its half hour" % (branch + 1))
