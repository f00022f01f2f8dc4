"""Every value that a node shows, declared once, in no protocol's shape.

A row is

    name, unit, decimals, kind, getter, which, writer, announced, sentence

name       what programs call it; the same quantity of another part has the same name
unit       of the quantity; "" where it has none
decimals   a count, as all of the firmware has it, is 10**-decimals of the unit: W with 3 is mW
kind       "flag", "word", "number", "text", "octets", "time" (h, min), "date" (year, month, day)
           or "moment" (both, and s), local
getter     the method of the part's source (reporting.source) that gives the value
which      what that method takes besides, such as a field of the part's Reading
writer     who may set it; "" is nobody
announced  whether views tell of a change unasked
sentence   for people

A value of None is "no data"; a number may also be the word OVERFLOW. All is literal, so it stays in
flash and takes no memory. Whoever shows these values to others has a file of rows of its own, as
ECHONET Lite has `echonet_devices`, `echonet_meters` and `echonet_lights`.

docs/points.md is made from this file: `make docs`.
"""

# Fields of a row.
NAME = 0
UNIT = 1
DECIMALS = 2
KIND = 3
GETTER = 4
WHICH = 5
WRITER = 6
ANNOUNCED = 7
SENTENCE = 8

# In place of a number: more than can be measured.
OVERFLOW = "overflow"

# The rows of each part; what is announced stands first.
CIRCUIT = (
    ("on", "", 0, "flag", "closed", None, "", True,
     "Whether its relay is closed; a circuit without one is always on."),
    ("faulty", "", 0, "flag", "faulty", None, "", True,
     "Whether relay or meter are not to be believed."),
    ("fault", "", 0, "word", "fault", None, "", False,
     "Which of them: none, switch or sensor."),
    ("power", "W", 3, "number", "measured", "power_mw", "", False,
     "Active power; negative while it flows back."),
    ("current", "A", 3, "number", "measured", "current_ma", "", False,
     "RMS current, a magnitude."),
    ("voltage", "V", 3, "number", "measured", "voltage_mv", "", False, "RMS voltage."),
    ("energy_import", "Wh", 0, "number", "kept", 0, "", False,
     "Energy taken from the grid, as far as it is in flash; wraps to 0 at 100 MWh."),
    ("energy_export", "Wh", 0, "number", "kept", 1, "", False,
     "Energy given back, likewise."),
    ("half_hour_at", "", 0, "moment", "half_hour", "at", "", False,
     "The last :00 or :30 at which the counters were read."),
    ("half_hour_import", "Wh", 0, "number", "half_hour", "import_wh", "", False,
     "The import counter then."),
    ("half_hour_export", "Wh", 0, "number", "half_hour", "export_wh", "", False,
     "The export counter then."),
)  # fmt: skip

WHOLE = (
    ("faulty", "", 0, "flag", "faulty", None, "", True,
     "Whether a meter or a sense of the grid is not to be believed."),
    ("fault", "", 0, "word", "fault", None, "", False, "What it is: none or sensor."),
    ("power", "W", 3, "number", "measured", "power_mw", "", False,
     "Active power of the main conductor; without a meter there, the sum of the circuits."),
    ("current", "A", 3, "number", "measured", "current_ma", "", False,
     "Its RMS current; without a meter there, by summed active and reactive power."),
    ("voltage", "V", 3, "number", "measured", "voltage_mv", "", False,
     "RMS voltage; without a meter there, of the first circuit that is measured."),
    ("energy_import", "Wh", 0, "number", "kept", 0, "", False,
     "Energy taken from the grid, as far as it is in flash; wraps to 0 at 100 MWh."),
    ("energy_export", "Wh", 0, "number", "kept", 1, "", False,
     "Energy given back, likewise."),
    ("channel_count", "", 0, "number", "channel_count", None, "", False,
     "How many circuits are measured."),
)  # fmt: skip

LAMP = (
    ("on", "", 0, "flag", "own", "on", "", True, "Whether it is commanded to give light."),
    ("faulty", "", 0, "flag", "faulty", None, "", True, "Whether its meter is silent."),
    ("fault", "", 0, "word", "fault", None, "", False, "What it is: none or sensor."),
    ("light_level", "%", 1, "number", "own", "level_permille", "", False,
     "The light commanded, of full light."),
    ("power", "W", 3, "number", "measured", "power_mw", "", False, "What it draws."),
    ("energy_import", "Wh", 0, "number", "kept", 0, "", False,
     "Energy it took, as far as it is in flash; wraps to 0 at 100 MWh."),
)  # fmt: skip

PHOTOCELL = (
    ("faulty", "", 0, "flag", "faulty", None, "", True, "Whether it is silent."),
    ("fault", "", 0, "word", "fault", None, "", False, "What it is: none or sensor."),
    ("illuminance", "lx", 3, "number", "measured", "lux_milli", "", False,
     "Daylight at the photocell."),
)  # fmt: skip

NODE = (
    ("faulty", "", 0, "flag", "faulty", None, "", False,
     "Whether any part has a fault, or something kept in flash was lost."),
    ("maker", "", 0, "octets", "own", "maker", "", False, "Maker code; FFFFFF is for experiments."),
    ("product", "", 0, "text", "own", "product", "", False, "What kind of board it is."),
    ("serial", "", 0, "text", "serial", None, "", False,
     "The board's serial number; where it has none, its unique id."),
    ("unique_id", "", 0, "octets", "own", "unique_id", "", False, "The chip's own 6 bytes."),
    ("time", "", 0, "time", "local", "time", "", False,
     "Local time, once the clock has been set."),
    ("date", "", 0, "date", "local", "date", "", False,
     "Local date, once the clock has been set."),
)  # fmt: skip


def parts():
    """(name, rows) of every part."""
    return (
        ("circuit", CIRCUIT), ("whole", WHOLE), ("lamp", LAMP), ("photocell", PHOTOCELL),
        ("node", NODE),
    )  # fmt: skip


def resolution(row) -> str:
    """What one count of a row is: mW, Wh, 0.1 %; "" of what is no number with a unit."""
    return {0: "", 1: "0.1 ", 3: "m"}[row[DECIMALS]] + row[UNIT]
