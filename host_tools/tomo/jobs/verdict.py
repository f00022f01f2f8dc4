"""Whether a run did what its scenario expects, and its figures in one place."""

import operator

from tomo.scenario.measures import MEASURES
from tomo.scenario.records import Expect, Scenario
from tomo.world.measures import Window, measure
from tomo.world.trace import Trace

_COMPARE = {
    "<=": operator.le,
    "<": operator.lt,
    "==": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
}
# Measures of the whole run that stand in every summary.
_FIGURES = (
    "outage_to_command_ms",
    "over_budget_ms_max",
    "tier0_interruptions",
    "tier1_interruptions",
    "loads_shed",
    "loads_restored",
    "relay_moves",
    "moves_without_event",
    "soc_min_percent",
    "inverter_trips",
    "node_faults",
)


def summary(scenario: Scenario, trace: Trace, clock: str, cost_ps: int = 0) -> dict:
    """The run's figures, expectations and verdict; nothing in it depends on real time.

    cost_ps   what an instruction took; 0 if running took no time
    """
    figures = {name: measure(trace, name) for name in _FIGURES}
    expectations = [judge(trace, expect) for expect in scenario.expect]
    held = all(expectation["held"] for expectation in expectations)
    return {
        "scenario": scenario.name,
        "clock": clock,
        **({"instruction_ns": cost_ps / 1000} if cost_ps else {}),
        "nodes": len(scenario.node),
        **figures,
        "energy_wh": {name: round(value, 3) for name, value in sorted(trace.energy_wh.items())},
        "expectations": expectations,
        "verdict": "held" if held else "failed",
    }


def judge(trace: Trace, expect: Expect) -> dict:
    """One expectation with what was measured. Nothing to measure is not what was expected."""
    until = trace.end_ms if expect.until is None else expect.until
    window = Window(expect.after or 0, until, expect.of)
    value = measure(trace, expect.what, window)
    result: dict[str, object] = {"name": expect.name, "what": expect.what}
    if expect.of:
        result["of"] = expect.of
    limit = int(expect.limit) if expect.limit.is_integer() else expect.limit
    return result | {
        "op": expect.op,
        "limit": limit,
        "value": value,
        "unit": MEASURES[expect.what].unit,
        "held": value is not None and _COMPARE[expect.op](value, expect.limit),
    }
