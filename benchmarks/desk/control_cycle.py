"""Times the control cycle on the host's clock and counts what it allocates.

One JSON line. A yardstick goes with it: microseconds for one turn of an empty loop with an add
and a mask, so that cycles can be told in turns, which differ less between machines.
"""

import gc
import json
from machine import Pin
from time import ticks_diff, ticks_us

from tomoshibi.core.branch import Branch
from tomoshibi.core.draw import Draw
from tomoshibi.core.events import EventRing
from tomoshibi.core.loads import Load
from tomoshibi.core.uptime import Uptime
from tomoshibi.drivers.mains_sense import MainsSense
from tomoshibi.drivers.relay import Relay
from tomoshibi.node.control import Control
from tomoshibi.node.load_control import LoadControl
from tomoshibi.node.senses import Senses
from tomoshibi.policy.grid import ISLANDED, GridState
from tomoshibi.policy.plan import ShedPlan
from tomoshibi.policy.staging import Staging

requested = gc.mem_alloc

ROUNDS = 20_000
SITE = ((0, 50), (1, 200), (2, 300), (2, 450), (3, 900), (4, 3_000))


class Side:
    """A sense that can be switched here; the pins of the desk follow a world."""

    def __init__(self, on):
        self.on = on
        self._pin = MainsSense(Pin(34, Pin.IN))

    def alive(self):
        self._pin.alive()
        return self.on


def build():
    branches = [Branch(i + 1, Load("load", *row)) for i, row in enumerate(SITE)]
    loads = [branch.load for branch in branches]
    for load in loads:
        load.closed = True
    grid_side = Side(True)
    pins = (13, 32, 27, 26, 25, 33)
    senses = Senses(grid_side, Side(True), Side(False))
    control = Control(Uptime(), senses, GridState(return_hold_ms=1), EventRing())
    switched = LoadControl(
        control,
        branches,
        [Relay(Pin(number, Pin.OUT, value=1), 0) for number in pins],
        ShedPlan(loads),
        Staging(loads, 5, 0, Draw(b"")),
        1_350,
    )
    control.outputs = (switched,)
    return control, grid_side, loads


def turns_us():
    started = ticks_us()
    total = 0
    for _ in range(1_000_000):
        total = (total + 1) & 0xFFFF
    return ticks_diff(ticks_us(), started) / 1_000_000


def quiet(control):
    cycle = control.cycle
    gc.collect()
    gc.disable()
    before = requested()
    started = ticks_us()
    for _ in range(ROUNDS):
        cycle()
    spent_us = ticks_diff(ticks_us(), started)
    allocated = requested() - before
    gc.enable()
    return spent_us / ROUNDS, allocated


def first_cut(control, grid_side):
    """From a closed site: the cycle that finds the island, plans and opens relays."""
    grid_side.on = False
    gc.collect()
    gc.disable()
    before = requested()
    longest = 0
    while control.grid.state != ISLANDED:
        started = ticks_us()
        control.cycle()
        longest = max(longest, ticks_diff(ticks_us(), started))
    allocated = requested() - before
    gc.enable()
    return longest, allocated


turn_us = turns_us()
control, grid_side, loads = build()
while control.grid.state:
    control.cycle()
quiet_us, quiet_bytes = quiet(control)
cut_us, cut_bytes = first_cut(control, grid_side)
print(
    json.dumps(
        {
            "turn_us": turn_us,
            "quiet_us": quiet_us,
            "quiet_bytes": quiet_bytes,
            "first_cut_us": cut_us,
            "first_cut_bytes": cut_bytes,
            "opened": sum(not load.closed for load in loads),
        }
    )
)
