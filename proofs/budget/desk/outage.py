"""The whole sub-meter through one outage: on a desk build as on RV32, for whoever compares them.

Its console tells what came when.
"""

import sys
from micropython import const

import desk
import desk_clock

_LOST_MS = const(90_000)  # readings are in, and the loads are on
_BACK_MS = const(150_000)
_END_MS = const(240_000)
_STEP_MW = const(100_000)  # 2.1 kW in all: not all loads fit into the island


def conditions():
    quantities = alone()
    if lost:
        quantities["grid_mv"] = quantities["grid_mhz"] = 0
        quantities["islanded"] = 1
    for branch, closed in enumerate(twin.outputs.values, 1):
        quantities["p%d_mw" % branch] = _STEP_MW * branch * closed
    return quantities


def set_lost(value):
    global lost
    lost = value
    twin.set(conditions())


def end():
    sys.exit(0)


lost = False
twin = desk.set_up()
alone, twin.alone = twin.alone, conditions
twin.set(conditions())
for at_ms, act in (
    (_LOST_MS, lambda: set_lost(True)),
    (_BACK_MS, lambda: set_lost(False)),
    (_END_MS, end),
):
    desk_clock.arm(desk_clock.event(act), at_ms)

from tomoshibi.node import start_up  # noqa: E402 - after the desk has been set up

start_up.start_up()
