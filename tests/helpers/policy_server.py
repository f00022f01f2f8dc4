"""Runs the policy on MicroPython for property tests: a JSON request a line in, an answer out.

{"plan": [[tier, rated_w, peak_w, closed, wanted, locked], …], "limit_w": n}
    -> {"keep": [0, 1, …], "planned_w": n}
{"control": [[tier, rated_w, min_off_s, locked], …], "limit_w": n,
 "steps": [[cycles, grid alive, load alive, contact, load number, its power W], …]}
    -> {"trace": [[t_ms, grid state, [closed, …]], …]}   a row for every change

With "until_normal" the last step ends once the grid's state is normal.
"""

import _desk
import json
import sys

from tomoshibi.core.branch import Branch
from tomoshibi.core.events import EventRing
from tomoshibi.core.loads import Load
from tomoshibi.core.uptime import Uptime
from tomoshibi.node.control import Control
from tomoshibi.node.load_control import LoadControl
from tomoshibi.node.senses import Senses
from tomoshibi.policy.grid import NORMAL, GridState
from tomoshibi.policy.plan import ShedPlan
from tomoshibi.policy.staging import Staging

CYCLE_MS = 20


class Relay:
    def open(self):
        pass

    def close(self):
        pass


class HalfDelay:
    def below(self, count):
        return count // 2


class Side:
    def __init__(self):
        self.on = True

    def alive(self):
        return self.on


def plan(request):
    loads = []
    for tier, rated_w, peak_w, closed, wanted, locked in request["plan"]:
        load = Load("x", tier, rated_w)
        load.peak_w, load.closed, load.wanted, load.locked_off = peak_w, closed, wanted, locked
        loads.append(load)
    shed = ShedPlan(loads)
    shed.compute(request["limit_w"])
    return {"keep": list(shed.keep), "planned_w": shed.planned_w}


def control(request):
    branches = []
    for number, (tier, rated_w, min_off_s, locked) in enumerate(request["control"]):
        branches.append(Branch(number + 1, Load("x", tier, rated_w, min_off_s)))
        branches[-1].load.locked_off = locked
    loads = [branch.load for branch in branches]
    grid_side, load_side, contact = Side(), Side(), Side()
    contact.on = False
    node = Control(Uptime(), Senses(grid_side, load_side, contact), GridState(), EventRing(16))
    switched = LoadControl(
        node,
        branches,
        [Relay() for _ in loads],
        ShedPlan(loads),
        Staging(loads, 5, 30, HalfDelay()),
        request["limit_w"],
    )
    node.outputs = (switched,)
    node.grid.outage_ms = 0  # a start after which nobody waits
    trace, row, now_ms = [], None, 0
    left = len(request["steps"])
    for cycles, grid_side.on, load_side.on, contact.on, number, power_w in request["steps"]:
        loads[number].power_w = loads[number].peak_w = power_w
        left -= 1
        until_normal = not left and request.get("until_normal")
        for cycle in range(cycles):
            _desk.advance(CYCLE_MS)
            now_ms += CYCLE_MS
            node.cycle()
            if cycle % 50 == 0:
                node.measured()
            if row != [node.grid.state, [load.closed for load in loads]]:
                row = [node.grid.state, [load.closed for load in loads]]
                trace.append([now_ms] + row)
            if until_normal and node.grid.state == NORMAL:
                break
    return {"trace": trace, "end_ms": now_ms, "limited": node.grid.limited}


def serve():
    _desk.hold(0)
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(plan(request) if "plan" in request else control(request)))


serve()
