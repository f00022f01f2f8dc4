"""Times what is written into flash and counts what that allocates, on a model of the chip in RAM.

One JSON line: microseconds and heap bytes of one append each, with sectors opened in between.
"""

import gc
import json
from array import array
from time import ticks_diff, ticks_us

from plain_flash import Flash

from tomoshibi.registers.event_log import EventLog
from tomoshibi.registers.history import History
from tomoshibi.registers.journal import Journal
from tomoshibi.wire import registers

ROUNDS = 500
BRANCHES = 6


def measured(append, rounds=ROUNDS):
    gc.collect()
    gc.disable()
    before, started = gc.mem_alloc(), ticks_us()
    for number in range(rounds):
        append(number)
    spent_us, taken = ticks_diff(ticks_us(), started), gc.mem_alloc() - before
    gc.enable()
    return {"us": spent_us / rounds, "bytes": taken / rounds}


journal = Journal(Flash(4), registers.BRANCHES, BRANCHES)
history = History(Flash(4), BRANCHES)
log = EventLog(Flash(4))
readings = array("i", (12_345_678 for _ in range(BRANCHES)))
EVENT = (1,) + (0,) * 15


def save(_number):
    for i in range(7):
        journal.whole[i] += 1
    journal.save_all()


def half_hour(number):
    history.append(9_825 + number // 48, number % 48, 2, 1, readings, readings)


def keyed_event():
    log.use_key(bytes(range(32)))
    return measured(lambda _number: log.append(EVENT), 50)


print(
    json.dumps(
        {
            "registers": measured(save),
            "half_hour": measured(half_hour),
            "event": measured(lambda _number: log.append(EVENT), 50),
            "keyed_event": keyed_event(),
        }
    )
)
