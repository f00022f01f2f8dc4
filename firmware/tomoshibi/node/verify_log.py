"""The console command `verify`: the event log walked with the node's own key, bit by bit.

Between slices the other jobs go on, and the log, too. It is there for as long as that takes.
"""

import asyncio
from micropython import const
from typing import TYPE_CHECKING

from tomoshibi.core.modules import let_go
from tomoshibi.wire.event_log import RECORD
from tomoshibi.wire.event_walk import REMOVED, Walk
from tomoshibi.wire.flash_bytes import blank

if TYPE_CHECKING:
    from collections.abc import Callable

    from tomoshibi.registers.event_log import EventLog

_SLOTS = const(64)  # of a sector; the first one is the head
_AT_ONCE = const(8)  # records of a slice, some 10 ms of a board
_TRIES = const(3)
running = []  # the task that walks, if one does


async def verify(log: EventLog, say: Callable[[dict], None]) -> None:
    """Say what is wrong with the log, with its first fault by number."""
    try:
        for _ in range(_TRIES):
            erases, walk = log.ring.erases, Walk(log.key)
            await _walk(log, walk)
            if log.ring.erases == erases:
                break  # else the oldest sector may have gone under our hands
        say(_answer(log, walk))  # pyright: ignore
    except MemoryError:
        say({"event": "error", "command": "verify", "reason": "out of memory"})
    finally:
        running.clear()
    names = ("node.verify_log", "wire.event_walk", "wire.event_chain")
    let_go(*names if log.key else names + ("wire.event_key",))


async def _walk(log: EventLog, walk: Walk) -> None:
    ring, record = log.ring, bytearray(RECORD)
    sector = ring.newest
    for _ in range(ring.count):
        sector = (sector + 1) % ring.count
        if ring.newest < 0 or ring.read_head(sector) < 0:
            continue
        walk.enter(sector, ring.head)
        ended = False
        for slot in range(1, _SLOTS):
            ring.flash.readblocks(sector, record, slot * RECORD)
            walk.take(sector, slot, record)
            # The log's end is read in one go: it would grow behind us.
            ended = ended or blank(record, 0, RECORD)
            if slot % _AT_ONCE == 0 and not (ended and sector == ring.newest):
                await asyncio.sleep_ms(0)
    end = walk.chain.sequence
    walk.finish()
    if end < log.sequence and not any(what == REMOVED for what, _, _, _, _ in walk.faults):
        walk.wrong += 1
        walk.faults.append((REMOVED, end + 1, log.sequence, sector, _SLOTS))


def _answer(log: EventLog, walk: Walk) -> dict:
    answer = {
        "event": "verified",
        "keyed": log.key is not None,
        "whole": walk.whole,
        "proved": walk.proved,
        "end": walk.chain.sequence,
        "wrong": walk.wrong,
    }
    if walk.faults:
        what, first, last, sector, slot = min(walk.faults, key=lambda fault: fault[1])
        answer.update({"fault": what, "first": first, "last": last, "sector": sector, "slot": slot})
    return answer
