"""Every property a node shows on ECHONET Lite: one row each, and nothing else to keep in step.

Here is what every object has; the rows of meters are in `meter_points`, of lamps in
`light_points`.

From a row follow the answer to Get and Set, the three property maps, the check of a value that
is written, and what the host tools print. A row is

    EPC, name, access, format, where the value lives

access   GET readable, SET writable, INF announced when it changes, CLOCK there only while the
         clock has been set (all three maps follow)
lives    a text names the method of the object that gives the value (and, after "set_", the one
         that takes a new one); anything else is the value itself

Data only, and no import of MicroPython's own, so that the host decodes with these rows.

Source: tables of the ECHONET Lite Appendix, Releases R and K (docs/echonet-lite.md, "Sources").

Relays and lamps cannot be switched from the network in this release: what a load may do in a
blackout is decided in one place, the shed plan. So 80 and B0 are not in the Set map, although
class 0291 asks for a settable 80.
"""

from wire.echonet_format import (
    Code,
    Codes,
    Moment,
    Number,
    Octets,
    Place,
    PropertyMap,
    Release,
    Version,
    u16,
)
from wire.echonet_map import CLASSES_MOST, INSTANCES_MOST

GET = 1
SET = 2
INF = 4
CLOCK = 8

# Fields of a row.
EPC = 0
NAME = 1
ACCESS = 2
FORMAT = 3
LIVES = 4

NODE_PROFILE = 0x0EF0
SUBMETER = 0x028D
PANEL = 0x0287
LAMP = 0x0291
ILLUMINANCE = 0x000D

ON = 0x30
OFF = 0x31
FAULT = 0x41
NO_FAULT = 0x42

_MAP = PropertyMap()
_ASCII_12 = Octets(12, text=True)
ON_OFF = Code((ON, "on"), (OFF, "off"))
FAULT_STATUS = Code((FAULT, "fault"), (NO_FAULT, "no fault"))
# Identity and maps: the same in devices and in the node profile.
_COMMON = (
    (0x83, "identification number", GET, Octets(17), "identification"),
    (0x88, "fault status", GET | INF, FAULT_STATUS, "fault_status"),
    (0x8A, "maker code", GET, Octets(3), "maker"),
    (0x8C, "product code", GET, _ASCII_12, "product"),
    (0x8D, "serial number", GET, _ASCII_12, "serial"),
    (0x9D, "announcement map", GET, _MAP, "announced"),
    (0x9E, "set map", GET, _MAP, "settable"),
    (0x9F, "get map", GET, _MAP, "readable"),
)

_DEVICE = _COMMON + (
    (0x80, "operation status", GET | INF, ON_OFF, "status"),
    (0x81, "installation location", GET | SET | INF, Place(), "place"),
    (0x82, "standard version", GET, Release(), ("R", 0)),
    (0x89, "fault content", GET, u16(0, 1_023), "fault_content"),
    (0x97, "current time", GET | CLOCK, Moment("hm"), "time_now"),
    (0x98, "current date", GET | CLOCK, Moment("YMD"), "date_now"),
)

# In the profile 88 is optional and stays out of its announcement map.
_PROFILE = tuple(row for row in _COMMON if row[EPC] != 0x88) + (
    (0x80, "operation status", GET | INF, Code((ON, "running"), (OFF, "not running")), ON),
    (0x82, "version", GET, Version(), (1, 14, 1)),
    (0x88, "fault status", GET, FAULT_STATUS, "fault_status"),
    (0xD3, "number of instances", GET, Number(3, False, 0, 0xFFFFFF), "instance_count"),
    (0xD4, "number of classes", GET, u16(), "class_count"),
    (0xD5, "instance list notification", INF, Codes(3, INSTANCES_MOST), "instances"),
    (0xD6, "instance list", GET, Codes(3, INSTANCES_MOST), "instances"),
    (0xD7, "class list", GET, Codes(2, CLASSES_MOST), "classes"),
)


def rows_of(class_code, channels=0):
    """{EPC: row} of one class, what all devices have included; KeyError for a class not ours.

    channels   of a panel, at most 32
    """
    rows = _PROFILE if class_code == NODE_PROFILE else _DEVICE + _own_rows(class_code, channels)
    return {row[EPC]: row for row in rows}


def _own_rows(class_code, channels):
    # Imported here for memory: a meter holds no lamp's rows, and a lamp no meter's.
    if class_code in (SUBMETER, PANEL):
        from reporting import meter_points

        if class_code == SUBMETER:
            return meter_points.SUBMETER_ROWS
        return meter_points.PANEL_ROWS + meter_points.channel_rows(channels)
    from reporting import light_points

    return {LAMP: light_points.LAMP_ROWS, ILLUMINANCE: light_points.ILLUMINANCE_ROWS}[class_code]
