"""A whole node on the costed clock, that loses the grid after LOST_MS, and ends after END_MS.

The loads draw 2.1 kW by then, of which the island bears less. One JSON line: `openings_us` from the
first missing cycle to each opening of a relay, `clock_us` and `cycles`, in which every control
cycle's time counts: equal runs have equal ones.
"""

import json
from array import array
from os import getenv
from time import ticks_diff, ticks_us

import desk
import desk_clock
import resets
from tomoshibi.node.control import Control

LOST_MS = int(getenv("LOST_MS") or 0)
END_MS = int(getenv("END_MS") or 0)
STEP_MW = 100_000

twin = desk.set_up()
outputs = twin.outputs
put, cycle, alone = outputs.put, Control.cycle, twin.alone
opened_us = array("i", (0 for _ in range(64)))  # relays move with the heap locked
openings = cycles = lost_us = 0


def conditions():
    quantities = alone()
    if lost_us:
        quantities["grid_mv"] = quantities["grid_mhz"] = 0
        quantities["islanded"] = 1
    for branch, closed in enumerate(outputs.values, 1):
        quantities["p%d_mw" % branch] = STEP_MW * branch * closed
    return quantities


def traced_put(number, value):
    global openings
    if lost_us and outputs.values[number] and not value:
        opened_us[openings] = ticks_us()
        openings += 1
    put(number, value)


def traced_cycle(control, source):
    global cycles
    cycles = (cycles * 31 + ticks_us()) & 0xFFFFFF
    cycle(control, source)


def lose():
    global lost_us
    lost_us = ticks_us()
    twin.set(conditions())


def report():
    spans = [ticks_diff(opened_us[i], lost_us) for i in range(openings)]
    print(json.dumps({"openings_us": spans, "clock_us": ticks_us(), "cycles": cycles}))
    resets.end(0)  # not an exception: the start-up would take it for its own


outputs.put = traced_put
Control.cycle = traced_cycle
twin.alone = conditions
if LOST_MS:
    desk_clock.arm(desk_clock.event(lose), LOST_MS)
desk_clock.arm(desk_clock.event(report), END_MS)
desk.set_up = lambda: twin  # it is
desk.main()
