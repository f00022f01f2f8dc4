"""Counts parts of the firmware by themselves: plans by number of loads, a BL0942, what is kept.

One JSON line: instructions by operation.
"""

import gc
import json
from array import array
from machine import UART
from micropython import const
from time import sleep_ms

import counter
import counting
from counting import counted, spent

import bl0942 as chips
import desk
from machine_buses import plug_uart
from nor_flash import NorFlash

_LOADS = (2, 4, 6, 8, 12, 16)
_SETTLED_MS = const(1_000)
# A streetlight's: port, TX, RX, shunt and divider.
_PORT = (1, 17, 16)
_FIGURES = (1_000, 1_950_000, 510)
_BRANCHES = const(6)
_WH = const(12_345_678)

counting.leave_out_hardware()
desk.set_up()

from tomoshibi.core.loads import TIERS, Load  # noqa: E402 - after the desk has been set up
from tomoshibi.core.readings import Counts  # noqa: E402
from tomoshibi.drivers.bl0942 import BL0942  # noqa: E402
from tomoshibi.policy.plan import ShedPlan  # noqa: E402
from tomoshibi.registers.event_log import EventLog  # noqa: E402
from tomoshibi.registers.history import History  # noqa: E402
from tomoshibi.registers.journal import Journal  # noqa: E402
from tomoshibi.wire import registers  # noqa: E402


def plans(found: dict) -> None:
    for count in _LOADS:
        found["plan, %d loads" % count] = _plan(count, TIERS)
    # Eight in a tier: every subset is tried.
    found["plan, 8 loads of one tier"] = _plan(8, 1)
    found["plan, 16 loads of two tiers"] = _plan(16, 2)


def _plan(count: int, tiers: int) -> int:
    """For half of what the loads draw."""
    loads = [Load("load", i % tiers, 100 + 37 * i) for i in range(count)]
    for load in loads:
        load.closed = True
    plan = ShedPlan(loads)
    gc.collect()
    return counted(plan.compute, sum(load.rated_w for load in loads) // 2)


def meter(found: dict) -> None:
    plug_uart(*_PORT, chips.BL0942(*chips.board_constants(*_FIGURES)))
    port, tx, rx = _PORT
    driver = BL0942(UART(port, 9_600, tx=tx, rx=rx), 0, _FIGURES, 50)
    driver.configure()
    sleep_ms(driver.answer_ms)
    driver.confirm()
    sleep_ms(_SETTLED_MS)
    counts = (Counts(),)
    gc.collect()
    began = counter.instructions()
    driver.ask(True)
    asked = spent(began)
    sleep_ms(driver.answer_ms)
    found["scan of a BL0942"] = asked + counted(driver.collect, counts)


def kept(found: dict) -> None:
    """Second appends: the first opens a sector."""
    journal = Journal(_flash(), registers.BRANCHES, _BRANCHES)
    history, log = History(_flash(), _BRANCHES), EventLog(_flash())
    readings = array("i", (_WH for _ in range(_BRANCHES)))
    event = (1,) + (0,) * 15

    def save() -> None:
        for i in range(_BRANCHES + 1):
            journal.whole[i] += 1
        journal.save_all()

    def half_hour(slot: int) -> None:
        history.append(9_825, slot, 2, 1, readings, readings)

    for name, append, first, second in (
        ("registers", save, (), ()),
        ("half hour", half_hour, (0,), (1,)),
        ("event", log.append, (event,), (event,)),
    ):
        append(*first)
        gc.collect()
        found["flash append, " + name] = counted(append, *second)


def _flash() -> NorFlash:
    return NorFlash(bytearray(b"\xff" * 12_288))


found = {}
plans(found)
meter(found)
kept(found)
print(json.dumps({"counts": found}))
counter.end(0)
