"""An hour of virtual time of the sub-meter that the environment names, with all branches loaded.

Each carries BENCH_W watts at power factor 0.95 as soon as its relay is closed.
"""

import json
import sys
from os import getenv

import desk
import desk_clock

_HOUR_MS = 3_600_000
_BRANCHES = 6
_VOLTS = 101


def report():
    print(json.dumps({"uptime_ms": desk_clock.uptime_ms()}))
    sys.exit(0)


def busy(twin):
    """Conditions without a world, as twin.alone tells them, with much on every branch."""
    watts, alone = int(getenv("BENCH_W")), twin.alone

    def conditions():
        quantities = alone()
        for branch, closed in enumerate(twin.outputs.values, 1):
            quantities["p%d_mw" % branch] = 1_000 * watts * closed
            # sin / cos of the angle is 0.3287; the current is the apparent power's.
            quantities["q%d_mvar" % branch] = 3_287 * watts * closed // 10
            quantities["i%d_ma" % branch] = 1_000 * watts * 100 // (95 * _VOLTS) * closed
        return quantities

    return conditions


twin = desk.set_up()
twin.alone = busy(twin)
desk_clock.arm(desk_clock.event(report), _HOUR_MS)

from tomoshibi.node.start_up import run  # noqa: E402 - after the desk has been set up

run("")
