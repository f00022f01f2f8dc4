"""Colours that colour-blind people can tell apart, one for each thing, the same everywhere.

Source: Okabe and Ito, "Color Universal Design" (2008).
"""

TIER_NAMES = ("life-safety", "critical", "essential", "normal", "deferrable")
TIER_COLOURS = ("#D55E00", "#E69F00", "#009E73", "#56B4E9", "#999999")
GRID = "#0072B2"
ISLAND = "#CC79A7"
DARK = "#222222"
LIMIT = "#882255"
PV = "#E69F00"
BATTERY = "#0072B2"
LAMPS = ("#D55E00", "#0072B2", "#009E73", "#CC79A7")
GOOD = "#00734f"
BAD = "#b3261e"
SOURCE_WORDS = {
    "tied": "grid",
    "gap": "switching",
    "dark": "switching",
    "island": "inverter",
    "tripped": "nobody (tripped)",
    "empty": "nobody (battery empty)",
}
# The same in a terminal (rich names of the nearest 256-colour entries).
TIER_STYLES = ("dark_orange3", "orange1", "green3", "sky_blue2", "grey62")
KIND_STYLES = {
    "world": "bold",
    "grid": "deep_sky_blue1",
    "off": "orange3",
    "on": "green3",
    "lamp": "yellow",
    "fault": "bold red",
    "node": "grey62",
}
