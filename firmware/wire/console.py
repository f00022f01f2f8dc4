"""The console: one JSON object a line in both directions, and the words for codes.

    {"t": 12.340, "event": "grid", "from": "normal", "to": "islanded", "cause": "…", …}

`t` is uptime in seconds. Numbers become words here and nowhere else. Plain Python, so that the
host tools use this same file.
"""

import json

GRID_STATES = ("normal", "ride-through", "islanded", "dead", "return-wait", "restoring")

# By the number that core.events gives them.
CAUSES = (
    "",
    "start",
    "grid lost",
    "island: somebody feeds the loads, not the grid",
    "both sides dead",
    "grid back",
    "grid healthy for the hold time",
    "over the island's limit",
    "within the island's limit",
    "all loads restored",
    "short dip",
    "night program",
    "dark, clock unknown",
    "energy to dawn",
    "the inverter gave up under load",
)

# Kinds of core.events, in the order of their numbers.
_KINDS = ("", "started", "grid", "load", "lamp", "limit")

# Numbers of machine.reset_cause() on the ESP32.
RESETS = ("unknown", "power-on", "hard", "watchdog", "deep sleep", "soft")


def line(uptime_s: int, millis: int, fields: dict) -> str:
    """One console line; `t` is put together from integers, which a 32-bit float could not hold."""
    return '{"t": %d.%03d, %s' % (uptime_s, millis, json.dumps(fields)[1:])


def event(record: tuple, load_names: list) -> str:
    """The console line for one record of the event ring (see core.events for its fields)."""
    uptime_s, millis, kind, subject, before, after, cause, power_w, budget_w = record
    fields = {"event": _KINDS[kind]}
    if kind == 2:
        fields["from"] = GRID_STATES[before]
        fields["to"] = GRID_STATES[after]
    elif kind == 3:
        fields["load"] = load_names[subject]
        fields["number"] = subject + 1
        fields["to"] = "on" if after else "off"
    elif kind == 4:
        fields["from_permille"] = before
        fields["to_permille"] = after
    elif kind == 5:
        fields["from_w"] = before
        fields["to_w"] = after
    else:
        fields["reset"] = RESETS[after] if after < len(RESETS) else str(after)
    fields["cause"] = CAUSES[cause]
    fields["power_w"] = power_w
    if budget_w >= 0:
        fields["budget_w"] = budget_w
    return line(uptime_s, millis, fields)
