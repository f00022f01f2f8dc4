"""Events, once: what each number in a record of the event ring stands for, in rows.

From these rows follow the console's lines, the host's stories and exports, and docs/events.md. The
names are those of the constants that the firmware records with: core.events, policy.grid,
node.boot_cause, node.storage. A number is never given twice. Plain Python, so that the host tools
use this same file; literals only, so that a device keeps the rows in flash.
"""

# Fields of every row.
NUMBER = 0
NAME = 1  # of the constant
WORD = 2
SENTENCE = 3
# And of a kind's.
SUBJECT = 4
BEFORE = 5
AFTER = 6
SAYS = 7

# What `subject`, `before` and `after` of a kind mean: a key of the console's line, and a unit or
# the table below that has the words. Without a key it is not on the console, and without both it
# means nothing. LOADS is no table: the load of that number from 0, the lamp, or the main conductor.
# What a story says of it: fields of the console's line in braces, besides {part}, {percent},
# {cause} and {limit}; two of them are for an `after` of 0 and of 1.
KINDS = (
    (1, "BOOT", "started", "The node has started.",
     ("", ""), ("", ""), ("reset", "RESETS"), "starts after {reset}{cause}"),
    (2, "GRID", "grid", "The node sees the grid in another state.",
     ("", ""), ("from", "GRID_STATES"), ("to", "GRID_STATES"), "sees {from} -> {to}{cause}"),
    (3, "LOAD", "load", "The relay of a load has moved.",
     ("load", "LOADS"), ("", "SWITCH"), ("to", "SWITCH"), "switches {to} {part}{cause}{limit}"),
    (4, "LAMP", "lamp", "The lamp has another level.",
     ("", ""), ("from_permille", "permille"), ("to_permille", "permille"),
     "light to {percent} %{cause}"),
    (5, "LIMIT", "limit", "An island may draw less than before, or more again.",
     ("", ""), ("from_w", "W"), ("to_w", "W"),
     "limits the island to {to_w} W, was {from_w} W{cause}"),
    (6, "START_VALUE", "start value", "The import counter of a branch goes on from another value.",
     ("branch", ""), ("from_wh", "Wh"), ("to_wh", "Wh"),
     "import of branch {branch} goes on from {to_wh} Wh, was {from_wh} Wh{cause}"),
    (7, "LOCK", "lock", "A load or the lamp is locked off, or given free.",
     ("load", "LOADS"), ("", "LOCKS"), ("to", "LOCKS"), "{part} is {to}{cause}"),
    (8, "STORAGE", "storage", "What was kept in flash could not be read at the start.",
     ("what", "STORED"), ("", ""), ("count", ""), "cannot read {what}, {count} times{cause}"),
    (9, "START_EXPORT", "start value of export",
     "The export counter of a branch goes on from another value.",
     ("branch", ""), ("from_wh", "Wh"), ("to_wh", "Wh"),
     "export of branch {branch} goes on from {to_wh} Wh, was {from_wh} Wh{cause}"),
    (10, "SENSE", "sense", "A sense of the grid keeps loads from returning.",
     ("sense", "SENSES"), ("", ""), ("measured", "mV, mHz, or 1: closed"),
     "{sense}: {measured}{cause}"),
    (11, "LOAD_FAULT", "load fault", "A relay or a meter is not to be believed, or is again.",
     ("load", "LOADS"), ("", "SOUND"), ("to", "SOUND"),
     ("{part} is sound again, was: {was}", "{part} is faulty{cause}")),
    (12, "LAMP_RELAY", "lamp relay", "The relay before the lamp has moved.",
     ("", ""), ("", "SWITCH"), ("to", "SWITCH"),
     ("opens the lamp's relay{cause}", "closes the lamp's relay{cause}")),
    (13, "BROKEN_CYCLE", "broken cycle",
     "A round of the control path broke off; told at the first, then when their number doubles.",
     ("", ""), ("", ""), ("count", ""), "control cycles broken off: {count}{cause}"),
    (14, "CLOCK", "clock", "The clock was set, or found to be right.",
     ("", ""), ("was", "QUALITIES"), ("by_s", "s"),
     "puts its clock on by {by_s} s, was {was}{cause}"),
    (15, "IDENTITY", "identity written", "The factory's half or the node's key was written.",
     ("half", "HALVES"), ("", ""), ("", ""), "takes {half}{cause}"),
    (16, "REPLACED", "replaced", "Another board has taken this one's place.",
     ("", ""), ("", ""), ("", ""), "has been replaced by another board{cause}"),
)  # fmt: skip

CAUSES = (
    (1, "START", "start", "The node was reset or had no supply."),
    (2, "GRID_LOST", "grid lost", "The grid side is dead."),
    (3, "ISLAND", "island: somebody feeds the loads, not the grid",
     "The load side is alive beside a dead grid side, or the inverter's contact says so."),
    (4, "BOTH_SIDES_DEAD", "both sides dead", "Nobody feeds the loads."),
    (5, "GRID_BACK", "grid back", "The grid side is alive again; loads wait for the hold time."),
    (6, "GRID_HEALTHY", "grid healthy for the hold time", "Loads return, one by one."),
    (7, "OVER_BUDGET", "over the island's limit",
     "It did not fit beside what matters more, or beside what draws more than it."),
    (8, "WITHIN_BUDGET", "within the island's limit", "It fits what an island may draw."),
    (9, "RESTORED", "all loads restored", "Every load that is wanted is on."),
    (10, "SHORT_DIP", "short dip", "The grid was back before anything had to be cut."),
    (11, "PROGRAM", "night program", "The lamp's own program."),
    (12, "DARK", "dark, clock unknown", "The photocell alone says that it is night."),
    (13, "ENERGY_TO_DAWN", "energy to dawn",
     "What the lamp's share of the battery carries until dawn."),
    (14, "INVERTER_GAVE_UP", "the inverter gave up under load",
     "It carries less than its limit: four fifths of what it bore is asked for next."),
    (15, "COMMAND", "commanded", "Somebody asked for it; `actor` has whom."),
    (16, "DAMAGED", "damaged in flash", "It was written and is not whole any more."),
    (17, "MISSING", "not in the partition table", "The flash was written with another table."),
    (18, "LEVEL_OUT", "grid voltage out of its band: loads wait",
     "The grid is there; its voltage is not what the law has it be."),
    (19, "FREQUENCY_OUT", "grid frequency out of its band, or line_hz wrong",
     "More than 0.5 Hz from `line_hz`."),
    (20, "INVERTER_FEEDS", "the inverter feeds the loads alone: what is above its limit waits",
     "The grid is there; the inverter has not let go yet."),
    (21, "PRESENCE_ONLY", "grid present, though in doubt for trust_s",
     "Loads return though a sense says that they must not: it is taken for faulty."),
    (22, "NOT_CALIBRATED", "ADC without calibration: the level is good for 15 %",
     "The chip has no calibration fuses."),
    (23, "WELDED", "power though switched off: a welded relay",
     "Current through an open relay, in three samples."),
    (24, "REVERSED", "power flows backward: a current transformer the wrong way round",
     "A load that feeds, in three samples."),
    (25, "STANDBY", "ten minutes without light: its driver's standby is saved",
     "The lamp's relay opens."),
    (26, "SILENT", "no readings: the meter is silent", "For ten seconds."),
    (27, "NO_MEMORY", "memory wanted where there is none", "The heap was locked or full."),
    (28, "IO_FAILED", "an input or output failed", "A pin, a converter or a bus did not answer."),
    (29, "BUG", "a fault of the program", "None of the others: open an issue."),
    (30, "NETWORK_TIME", "time server", "The one of the setting `ntp_server`."),
    (31, "CONTROLLER_TIME", "controller's clock", "The one of the setting `time_from`."),
)  # fmt: skip

ACTORS = (
    (0, "NODE", "node", "Itself. Not on the console."),
    (1, "CONSOLE", "console", "Who holds the cable."),
    (2, "APPLICATION", "application", "The board's app.py."),
)

GRID_STATES = (
    (0, "NORMAL", "normal", "The grid feeds the loads."),
    (1, "RIDE_THROUGH", "ride-through", "The grid is gone, for a moment or for long."),
    (2, "ISLANDED", "islanded", "The inverter feeds the loads; its limit binds."),
    (3, "DEAD", "dead", "Nobody feeds the loads."),
    (4, "RETURN_WAIT", "return-wait", "The grid is back and has to prove itself."),
    (5, "RESTORING", "restoring", "Loads return one by one."),
)

RESETS = (
    (0, "POWER_ON", "power-on", "The supply came."),
    (1, "BROWN_OUT", "brown-out", "The supply sank."),
    (2, "WATCHDOG", "watchdog", "The firmware had hung."),
    (3, "CRASH", "crash", "The firmware ended by itself."),
    (4, "COMMANDED", "commanded", "`reboot`, or an update."),
)

STORED = (
    (0, "SETTINGS", "settings", "Defaults are used."),
    (1, "IDENTITY", "identity", "The node has no serial number and no calibration."),
    (2, "REGISTERS", "registers", "Counters and commanded states."),
    (3, "HISTORY", "history", "Half hours."),
    (4, "EVENTS", "events", "The event log."),
    (5, "FILES", "files", "The file system, of which the node needs nothing."),
)

SENSES = (
    (1, "LEVEL", "grid level, mV", "The grid side's voltage."),
    (2, "FREQUENCY", "grid frequency, mHz", "As the metering chip sees it."),
    (3, "CONTACT", "inverter's contact", "It says that the inverter feeds the loads alone."),
)

# Whose limit an island has: sources of policy.budget.
LIMITS = (
    (0, "INVERTER", "the inverter's limit", "The setting `island_limit_w`."),
    (1, "LESSON", "what the inverter proved to carry",
     "It gave up under more; believed until the grid is back, or half a day of steady island."),
)  # fmt: skip

# The subjects of LOADS that are no loads.
SUBJECTS = (
    (255, "LAMP_SUBJECT", "lamp", "The lamp."),
    (254, "MAIN_SUBJECT", "main", "The meter of the main conductor."),
)

HALVES = (
    (0, "FACTORY_HALF", "the factory's half", "Serial number, hardware revision, calibration."),
    (1, "NODE_HALF", "the node's key", "Made when it is provisioned."),
)

QUALITIES = (
    (0, "NEVER_SET", "never set", "It shows a time before 2024."),
    (1, "HELD", "held", "It was set by hand, or a server has not answered for a day."),
    (2, "SYNCHRONISED", "synchronised", "By a server, not longer ago than a day."),
)

SWITCH = ((0, "OPEN", "off", "Open."), (1, "CLOSED", "on", "Closed."))
LOCKS = (
    (0, "FREE", "unlocked", "Given free."),
    (1, "LOCKED", "locked off", "Not to be energised: somebody may be working on it."),
)
SOUND = ((0, "IS_SOUND", "sound", "Believed."), (1, "IS_FAULTY", "faulty", "Not believed."))


def row(rows: tuple, number: int) -> tuple | None:
    """The row of a number; None if a newer firmware has given it."""
    for one in rows:
        if one[NUMBER] == number:
            return one
    return None


def word(rows: tuple, number: int) -> str:
    """What a number stands for: nothing for a 0 without a row, itself if we do not know it."""
    found = row(rows, number)
    if found:
        return found[WORD]
    return str(number) if number else ""


def named(rows: tuple, name: str) -> tuple:
    """The row of the constant `name`. Raises KeyError."""
    for one in rows:
        if one[NAME] == name:
            return one
    raise KeyError(name)


def meaning(unit: str) -> tuple | None:
    """The table of words that stands in the place of a unit; None for a unit."""
    return globals()[unit] if unit.isupper() and unit in globals() else None


def told(record: tuple, load_names: list) -> dict:
    """What the console says of one record of the event ring, of eleven ints as in core.events."""
    _uptime_s, _millis, kind, subject, before, after, cause, power_w, budget_w = record[:9]
    fields = {"event": word(KINDS, kind)}
    fields.update(details(kind, subject, before, after, load_names))
    fields[cause_key(kind, after)] = word(CAUSES, cause)
    fields["power_w"] = power_w
    if budget_w >= 0:
        fields["budget_w"] = budget_w
    if record[10]:
        fields["actor"] = word(ACTORS, record[10])
    return fields


def cause_key(kind: int, after: int) -> str:
    """What is over is no cause of a load's being sound."""
    return "was" if not after and kind == named(KINDS, "LOAD_FAULT")[NUMBER] else "cause"


def details(kind: int, subject: int, before: int, after: int, load_names: list) -> dict:
    """What an event was about, in words; a load without a name in the list has its number only."""
    found = row(KINDS, kind)
    if found is None:
        return {"subject": subject, "from": before, "to": after}
    fields = {}
    for meant, value in ((found[SUBJECT], subject), (found[BEFORE], before), (found[AFTER], after)):
        key, unit = meant
        if unit == "LOADS":
            fields.update(_part(value, load_names))
        elif key:
            rows = meaning(unit)
            fields[key] = word(rows, value) if rows else value
    return fields


def _part(subject: int, load_names: list) -> dict:
    """What LOADS mean."""
    other = row(SUBJECTS, subject)
    if other:
        return {other[WORD]: 1}
    if subject < len(load_names) and load_names[subject]:
        return {"load": load_names[subject], "number": subject + 1}
    return {"number": subject + 1}
