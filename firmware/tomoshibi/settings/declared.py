"""Every setting of a node, declared once. The host tools read this same table.

A row:

    name      as it is stored and typed; of a load `loads.NUMBER.name`, counted from 0;
              of an object of ECHONET Lite `places.OBJECT`, six digits such as 028D01
    kind      integer, text, choice, hex, address, or secret: text that is never shown
    least     smallest number, or fewest characters
    most      largest number, most characters, the choices, or how many bytes; of an address more
              than 15 if an object of ECHONET Lite may follow, such as 192.168.1.5/05FF01
    unit      of the value; "characters" of a text's length
    default   counts where nothing is stored
    applies   "at once", or "after restart": when a change does what it says
    who       may change it: "technician" at the console or on the chip, "controller" over the
              network, "factory"
    words     what it does, a sentence

A new setting is one row here. It is then taken by the console's `set` and by `tomo settings`, in a
scenario's `[node.settings]` (a load's in `[[node.load]]`), and told in docs/settings.md. Who takes
one "at once" is in node.apply_settings.
"""

# Kinds. The rows have the words themselves: a table of nothing but literals stays in flash.
INTEGER = "integer"
TEXT = "text"
CHOICE = "choice"
SECRET = "secret"
HEX = "hex"
ADDRESS = "address"

# In place of an address: the router that DHCP has told.
GATEWAY = "gateway"

# Else "at once".
AFTER_RESTART = "after restart"

# Fields of a row.
NAME = 0
KIND = 1
LEAST = 2
MOST = 3
UNIT = 4
DEFAULT = 5
APPLIES = 6
WHO = 7
WORDS = 8

# fmt: off
SETTINGS = (
    ("name", "text", 1, 32, "characters", "", "at once", "technician",
     "What the operator calls this node."),
    ("wifi_ssid", "text", 1, 32, "characters", "", "after restart", "technician",
     "Network to join; none: no network."),
    ("wifi_password", "secret", 8, 63, "characters", "", "after restart", "technician",
     "The network's key."),
    ("ntp_server", "address", 7, 15, "characters", "", "after restart", "technician",
     "IPv4 address of the time server that sets the clock; none: nobody is asked."),
    ("time_from", "address", 7, 22, "characters", "", "after restart", "technician",
     "ECHONET Lite controller whose clock (97, 98) sets ours, if no time server does."),
    ("utc_offset_min", "integer", -720, 840, "min", 540, "after restart", "technician",
     "Local time minus UTC."),
    ("latitude_e4", "integer", -900_000, 900_000, "1e-4 deg", 356_895, "after restart",
     "technician", "Where the node is, north positive: for the sun."),
    ("longitude_e4", "integer", -1_800_000, 1_800_000, "1e-4 deg", 1_396_917, "after restart",
     "technician", "Likewise, east positive."),
    ("line_hz", "choice", 0, (50, 60), "Hz", 50, "after restart", "technician",
     "Nominal frequency of the grid."),
    ("line_v", "choice", 0, (100, 200), "V", 100, "after restart", "technician",
     "Nominal voltage of the grid."),
    ("grid_gain_permille", "integer", 800, 1_200, "permille", 1_000, "after restart", "technician",
     "Trim of the sense of the grid's level."),
    ("island_limit_w", "integer", 0, 100_000, "W", 1_350, "at once", "technician",
     "What the loads of this node may draw in an island."),
    ("island_surge_w", "integer", 0, 200_000, "W", 0, "at once", "technician",
     "What they may draw while a load starts; 0 is twice island_limit_w."),
    ("island_surge_ms", "integer", 100, 60_000, "ms", 5_000, "at once", "technician",
     "How long the inverter bears that; a start is judged within nine tenths of it."),
    ("ride_ms", "integer", 40, 1_000, "ms", 120, "at once", "technician",
     "Darkness ridden through before loads are cut in advance."),
    ("confirm_ms", "integer", 500, 60_000, "ms", 2_000, "at once", "technician",
     "From this length on an event is an outage."),
    ("return_hold_s", "integer", 5, 3_600, "s", 300, "at once", "technician",
     "Healthy grid before loads return from an outage, and after power-up."),
    ("short_hold_s", "integer", 1, 300, "s", 5, "at once", "technician",
     "The same after less than an outage."),
    ("trust_s", "integer", 300, 86_400, "s", 1_800, "at once", "technician",
     "A grid that is there but in doubt is believed after so long."),
    ("step_gap_s", "integer", 5, 600, "s", 5, "at once", "technician",
     "Between two loads that close."),
    ("stagger_s", "integer", 0, 300, "s", 30, "at once", "technician",
     "Loads and lamp return after a random part of this."),
    ("lamp_role", "choice", 0, ("evacuation", "main", "other"), "", "main", "at once",
     "technician", "What the lamp is in a disaster: its ladder of light in an island."),
    ("lamp_full_w", "integer", 1, 400, "W", 60, "at once", "technician",
     "What the lamp draws at full light."),
    ("lamp_standby_mw", "integer", 0, 20_000, "mW", 500, "at once", "technician",
     "What its driver draws at none."),
    ("island_energy_wh", "integer", 0, 100_000, "Wh", 400, "at once", "technician",
     "The lamp's share of the battery."),
    ("sample_ms", "integer", 200, 2_000, "ms", 1_000, "after restart", "technician",
     "Period of power measurements."),
)

LOAD_SETTINGS = (
    ("name", "text", 1, 32, "characters", "", "at once", "technician",
     "What the operator calls the load; none: by its circuit, such as load 3."),
    ("tier", "integer", 0, 4, "", 4, "at once", "technician",
     "0 life-safety, 1 critical, 2 essential, 3 normal, 4 deferrable: the last goes first."),
    ("rated_w", "integer", 0, 12_000, "W", 1_500, "at once", "technician",
     "What the shed plan counts, unless it has drawn more in the last minute."),
    ("min_off_s", "integer", 0, 3_600, "s", 30, "at once", "technician",
     "Shortest time off, from power-up on."),
    ("locked_off", "integer", 0, 1, "", 0, "after restart", "technician",
     "1: never to be energised; `load N lock` on the console does that at once."),
)

PLACE = (
    "places", "hex", 0, (1, 17), "bytes", "00", "at once", "technician, controller",
    "Where the object is installed, as its property 81 has it; 00: nobody has said.",
)
# fmt: on
