"""Every setting of a node, declared once. The host tools read this same table.

A row: name, kind, least, most (or the choices), unit, default, whether it takes a restart, what it
does.
"""

# Kinds. The rows have the words themselves: a table of nothing but literals stays in flash.
INTEGER = "integer"
TEXT = "text"
CHOICE = "choice"
SECRET = "secret"  # text that is never shown

# Fields of a row.
NAME = 0
KIND = 1
LEAST = 2
MOST = 3
UNIT = 4
DEFAULT = 5
RESTART = 6
WORDS = 7

SETTINGS = (
    ("name", "text", 1, 32, "characters", "", False, "What the operator calls this node"),
    ("wifi_ssid", "text", 1, 32, "characters", "", True, "Network to join; empty: none"),
    ("wifi_password", "secret", 8, 63, "characters", "", True, "Its key"),
    ("utc_offset_min", "integer", -720, 840, "min", 540, True, "Local time minus UTC"),
    ("latitude_e4", "integer", -900_000, 900_000, "1e-4 deg", 356_895, True, "North is +"),
    ("longitude_e4", "integer", -1_800_000, 1_800_000, "1e-4 deg", 1_396_917, True, "East is +"),
    ("line_hz", "choice", 0, (50, 60), "Hz", 50, True, "Nominal frequency"),
    ("line_v", "choice", 0, (100, 200), "V", 100, True, "Nominal voltage"),
    ("grid_gain_permille", "integer", 800, 1_200, "permille", 1_000, True, "Trim of grid level"),
    ("island_limit_w", "integer", 0, 100_000, "W", 1_350, True, "Power the island may draw here"),
    ("island_surge_w", "integer", 0, 200_000, "W", 0, True, "While loads start; 0: twice as much"),
    ("island_surge_ms", "integer", 100, 60_000, "ms", 5_000, True, "How long it bears that"),
    ("ride_ms", "integer", 40, 1_000, "ms", 120, True, "Darkness ridden through before a cut"),
    ("confirm_ms", "integer", 500, 60_000, "ms", 2_000, True, "From here on an event is an outage"),
    ("return_hold_s", "integer", 5, 3_600, "s", 300, True, "Healthy grid before loads return"),
    ("short_hold_s", "integer", 1, 300, "s", 5, True, "The same after less than an outage"),
    ("trust_s", "integer", 300, 86_400, "s", 1_800, True, "Grid in doubt: loads wait at most"),
    ("step_gap_s", "integer", 5, 600, "s", 5, True, "Between two closes"),
    ("stagger_s", "integer", 0, 300, "s", 30, True, "Random delay before the first close"),
    ("lamp_role", "choice", 0, ("evacuation", "main", "other"), "", "main", True, "In a disaster"),
    ("lamp_full_w", "integer", 1, 400, "W", 60, True, "What the lamp draws at full light"),
    ("lamp_standby_mw", "integer", 0, 20_000, "mW", 500, True, "What its driver draws at none"),
    ("island_energy_wh", "integer", 0, 100_000, "Wh", 400, True, "The lamp's share of the battery"),
    ("sample_ms", "integer", 200, 2_000, "ms", 1_000, True, "Period of power measurements"),
)

LOAD_SETTINGS = (
    ("name", "text", 1, 32, "characters", "", True, "As the operator calls it"),
    ("tier", "integer", 0, 4, "", 4, True, "0 life-safety to 4 deferrable"),
    ("rated_w", "integer", 0, 12_000, "W", 1_500, True, "What it draws at most"),
    ("min_off_s", "integer", 0, 3_600, "s", 30, True, "Shortest time off"),
    ("locked_off", "integer", 0, 1, "", 0, True, "1: never to be energised"),
)
