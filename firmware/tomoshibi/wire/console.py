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
    "commanded",
    "damaged in flash",
    "not in the partition table",
    "grid voltage out of its band: loads wait",
    "grid frequency out of its band, or line_hz wrong",
    "the inverter feeds the loads alone: what is above its limit waits",
    "grid present, though in doubt for trust_s",
    "ADC without calibration: the level is good for 15 %",
    "power though switched off: a welded relay",
    "power flows backward: a current transformer the wrong way round",
    "ten minutes without light: its driver's standby is saved",
    "no readings: the meter is silent",
    "memory wanted where there is none",
    "an input or output failed",
    "a fault of the program",
)  # fmt: skip

# Who had it done, by the number that core.events gives them.
ACTORS = ("node", "console", "application")

# Kinds of core.events, in the order of their numbers.
KINDS = (
    "", "started", "grid", "load", "lamp", "limit", "start value", "lock", "storage",
    "start value of export", "sense", "load fault", "lamp relay", "broken cycle",
)  # fmt: skip

# Resets of node.boot_cause, and things kept in flash (subjects of an event "storage").
RESETS = ("power-on", "brown-out", "watchdog", "crash", "commanded")
STORED = ("settings", "identity", "registers", "history", "events", "files")
LAMP_SUBJECT = 255
MAIN_SUBJECT = 254
# Senses of core.events.
SENSES = ("", "grid level, mV", "grid frequency, mHz", "inverter's contact")


def line(uptime_s: int, millis: int, fields: dict) -> str:
    """One console line; `t` is put together from integers, which a 32-bit float could not hold."""
    return '{"t": %d.%03d, %s' % (uptime_s, millis, json.dumps(fields)[1:])


def event(record: tuple, load_names: list) -> str:
    """The console line for one record of the event ring (see core.events for its fields)."""
    uptime_s, millis, kind, subject, before, after, cause, power_w, budget_w = record[:9]
    fields = {"event": KINDS[kind]}
    fields.update(details(kind, subject, before, after, load_names))
    # What is over is no cause of a load's being sound.
    fields["was" if kind == 11 and not after else "cause"] = CAUSES[cause]
    fields["power_w"] = power_w
    if budget_w >= 0:
        fields["budget_w"] = budget_w
    if record[10]:
        fields["actor"] = ACTORS[record[10]]
    return line(uptime_s, millis, fields)


def details(kind: int, subject: int, before: int, after: int, load_names: list) -> dict:
    """What an event was about, in words; a load without a name in the list has its number only."""
    if kind == 2:
        return {"from": GRID_STATES[before], "to": GRID_STATES[after]}
    if kind == 3 or kind == 7 or kind == 11:
        words = ("off", "on") if kind == 3 else ("unlocked", "locked off")
        if kind == 11:
            words = ("sound", "faulty")
        if subject == LAMP_SUBJECT:
            return {"lamp": 1, "to": words[after]}
        if subject == MAIN_SUBJECT:
            return {"main": 1, "to": words[after]}
        named = subject < len(load_names) and load_names[subject]
        load = {"load": load_names[subject]} if named else {}
        load.update({"number": subject + 1, "to": words[after]})
        return load
    if kind == 12:
        return {"to": "on" if after else "off"}
    if kind == 4:
        return {"from_permille": before, "to_permille": after}
    if kind == 5:
        return {"from_w": before, "to_w": after}
    if kind == 6 or kind == 9:
        return {"branch": subject, "from_wh": before, "to_wh": after}
    if kind == 10:
        return {"sense": SENSES[subject], "measured": after}
    if kind == 13:
        return {"count": after}
    if kind == 8:
        return {"what": STORED[subject], "count": after}
    return {"reset": RESETS[after] if after < len(RESETS) else str(after)}
