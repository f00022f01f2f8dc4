"""What a scenario may expect something of, declared once; `tomo.world.measures` works it out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """`of` says whether it needs a load or lamp.

    counts    what one and many of the things counted are called
    nothing   what is told when there was nothing to measure
    """

    unit: str
    says: str
    of: bool = False
    counts: tuple[str, str] | None = None
    nothing: str = "nothing to measure"


def _count(one: str, many: str, says: str, of: bool = False) -> Measure:
    """A measure without a unit, told with the name of what it counts."""
    return Measure("", says, of, (one, many))


MEASURES = {
    "outage_to_command_ms": Measure(
        "ms",
        "From the grid's loss to the first load opened for the island's limit, worst node;"
        " no lamps",
        nothing="nothing was cut",
    ),
    "over_budget_ms_max": Measure(
        "ms", "Longest time the island drew more than the inverter's continuous rating"
    ),
    "tier0_interruptions": _count(
        "interruption", "interruptions", "Times a tier 0 load was cut off; no lamps"
    ),
    "tier1_interruptions": _count(
        "interruption", "interruptions", "Times a tier 1 load was cut off; no lamps"
    ),
    "tier0_opened_early": _count(
        "load opened early",
        "loads opened early",
        "Tier 0 loads opened while a load of a lower tier was still on; no lamps",
    ),
    "loads_shed": _count(
        "load shed", "loads shed", "Loads switched off at least once after the first loss; no lamps"
    ),
    "loads_restored": _count(
        "load on again", "loads on again", "Of these, loads that were on again at the end"
    ),
    "loads_not_restored": _count(
        "load still off", "loads still off", "Of these, loads that were still off at the end"
    ),
    "relay_moves": _count("movement", "movements", "Relay movements, lamps included"),
    "moves_per_load_hour_max": _count(
        "movement", "movements", "Most movements of one relay in any hour, lamps included"
    ),
    "closes_in_5s_max": _count(
        "load", "loads", "Most loads that one node switched on in any 5 s; no lamps"
    ),
    "sheds_without_event": _count(
        "opening without a cause",
        "openings without a cause",
        "Relay openings, lamps included, after the grid's loss of which the node told no cause",
    ),
    "moves_without_event": _count(
        "movement without a cause",
        "movements without a cause",
        "Relay movements, lamps included, of which the node told no cause",
    ),
    "soc_min_percent": Measure("%", "Lowest state of charge of the battery"),
    "inverter_trips": _count("trip", "trips", "Times the inverter switched off from overload"),
    "dark_ms_max": Measure("ms", "Longest time nobody fed the loads"),
    "node_faults": _count("fault", "faults", "Faults that nodes told"),
    "load_faults": _count(
        "fault", "faults", "Faults of loads, of their relays and meters, that nodes told"
    ),
    "energy_lost_wh_max": Measure(
        "Wh",
        "Most of a circuit's energy that a node's counters were without after its supply failed",
        nothing="no node's supply failed",
    ),
    "light_min_permille": Measure("permille", "Least light a lamp gave", of=True),
    "light_max_permille": Measure("permille", "Most light a lamp gave", of=True),
    "on_at_end": _count(
        "relay closed",
        "relays closed",
        "Whether a load's relay was closed at the end (1) or not (0)",
        of=True,
    ),
}
