"""Every setting of a node, declared once: name, kind, range, unit, default, what it does."""

from micropython import const

INTEGER = const(0)
TEXT = const(1)
CHOICE = const(2)
SECRET = const(3)  # text that is never shown

# (name, kind, least, most or the choices, unit, default, what it does)
SETTINGS = (
    ("name", TEXT, 1, 32, "characters", "", "What the operator calls this node"),
    ("wifi_ssid", TEXT, 1, 32, "characters", "", "Network to join; empty: none"),
    ("wifi_password", SECRET, 8, 63, "characters", "", "Its key"),
    ("utc_offset_min", INTEGER, -720, 840, "min", 540, "Local time minus UTC"),
    ("latitude_e4", INTEGER, -900_000, 900_000, "1e-4 deg", 356_895, "North positive"),
    ("longitude_e4", INTEGER, -1_800_000, 1_800_000, "1e-4 deg", 1_396_917, "East positive"),
    ("line_hz", CHOICE, 0, (50, 60), "Hz", 50, "Nominal frequency"),
    ("line_v", CHOICE, 0, (100, 200), "V", 100, "Nominal voltage"),
    ("grid_gain_permille", INTEGER, 800, 1_200, "permille", 1_000, "Trim of the grid's level"),
    ("island_limit_w", INTEGER, 0, 100_000, "W", 1_350, "Power the island may draw here"),
    ("ride_ms", INTEGER, 40, 1_000, "ms", 120, "Darkness ridden through before a cut in advance"),
    ("confirm_ms", INTEGER, 500, 60_000, "ms", 2_000, "From here on an event is an outage"),
    ("return_hold_s", INTEGER, 5, 3_600, "s", 300, "Healthy grid before loads return"),
    ("short_hold_s", INTEGER, 1, 300, "s", 5, "The same after less than an outage"),
    ("step_gap_s", INTEGER, 5, 600, "s", 5, "Between two closes"),
    ("stagger_s", INTEGER, 0, 300, "s", 30, "Random delay before the first close"),
    ("lamp_role", CHOICE, 0, ("evacuation", "main", "other"), "", "main", "Role in a disaster"),
    ("lamp_full_w", INTEGER, 1, 400, "W", 60, "What the lamp draws at full light"),
    ("lamp_standby_mw", INTEGER, 0, 20_000, "mW", 500, "What its driver draws at none"),
    ("island_energy_wh", INTEGER, 0, 100_000, "Wh", 400, "The lamp's share of the battery"),
    ("sample_ms", INTEGER, 200, 2_000, "ms", 1_000, "Period of power measurements"),
)

LOAD_SETTINGS = (
    ("name", TEXT, 1, 32, "characters", "", "As the operator calls it"),
    ("tier", INTEGER, 0, 4, "", 4, "0 life-safety to 4 deferrable"),
    ("rated_w", INTEGER, 0, 12_000, "W", 1_500, "What it draws at most"),
    ("min_off_s", INTEGER, 0, 3_600, "s", 30, "Shortest time off"),
    ("locked_off", INTEGER, 0, 1, "", 0, "1: never to be energised"),
)
