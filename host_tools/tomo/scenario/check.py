"""What one key alone cannot show: clashes and missing files."""

from collections.abc import Iterator

from tomo.board.sound import sound_parts
from tomo.scenario.check_timeline import check_timeline
from tomo.scenario.measures import MEASURES
from tomo.scenario.recordings import BadRecording, Recording
from tomo.scenario.records import Profile, Scenario
from tomo.site.members import check_names, check_parts
from tomo.tables.locate import Path, Problem

# What a node takes for a healthy grid, by its nominal voltage (docs/blackout.md).
_HEALTHY_V = {100: (95, 107), 200: (182, 222)}


def check(scenario: Scenario) -> list[Problem]:
    """Every problem, as the path of the key to blame and what is wrong with it.

    Raises BoardUnsound: what a board that is not sound has, nobody can say.
    """
    checks = (_nodes, _names, _profiles, _battery, check_timeline, _expectations)
    return [problem for one in checks for problem in one(scenario)]


def advise(scenario: Scenario) -> list[Problem]:
    """What can be run, but will hardly do what is meant."""
    return [problem for one in (_limits, _voltage) for problem in one(scenario)]


def _limits(scenario: Scenario) -> Iterator[Problem]:
    rating_w = scenario.inverter.continuous_w
    for number, node in enumerate(scenario.node):
        limit_w = node.settings.get("island_limit_w", 0)
        if limit_w > rating_w:
            at = ("node", number, "settings", "island_limit_w")
            yield at, f"{limit_w} W is more than the inverter's continuous_w of {rating_w} W"


def _voltage(scenario: Scenario) -> Iterator[Problem]:
    grid = scenario.grid
    low, high = _HEALTHY_V[grid.line_v]
    if not low <= grid.nominal_v <= high:
        what = f"{grid.nominal_v:g} V is not healthy to a node of {grid.line_v} V"
        yield ("grid", "nominal_v"), f"{what} ({low} to {high} V): no load is on with the grid"


def _nodes(scenario: Scenario) -> Iterator[Problem]:
    if not scenario.node:
        yield (), "expected at least one [[node]]"
    for number, node in enumerate(scenario.node):
        yield from check_parts(sound_parts(node.board), node, ("node", number))


def _names(scenario: Scenario) -> Iterator[Problem]:
    yield from check_names(scenario.node)


def _profiles(scenario: Scenario) -> Iterator[Problem]:
    if scenario.pv:
        yield from _profile(scenario, scenario.pv.profile, ("pv", "profile"))
    for number, node in enumerate(scenario.node):
        for place, load in enumerate(node.load):
            at = ("node", number, "load", place, "profile")
            yield from _profile(scenario, load.profile, at)


def _profile(scenario: Scenario, profile: Profile, at: Path) -> Iterator[Problem]:
    if (profile.watts is None) == (not profile.file):
        yield at, "expected either watts, or file, column and start"
        return
    if profile.watts is not None:
        return
    if not profile.column or profile.start is None:
        yield at, "a file needs column and start"
        return
    path = scenario.data_file(profile)
    if not path.is_file():
        yield (*at, "file"), f"no data file {path}"
        return
    try:
        Recording.read(path, profile.column).covers(profile.start, scenario.site.duration)
    except BadRecording as error:
        yield (*at, error.key), str(error)


def _battery(scenario: Scenario) -> Iterator[Problem]:
    battery = scenario.battery
    if battery.soc_percent < battery.floor_percent:
        yield ("battery", "soc_percent"), f"below floor_percent ({battery.floor_percent:g} %)"
    inverter = scenario.inverter
    if inverter.surge_w and inverter.surge_w < inverter.continuous_w:
        yield ("inverter", "surge_w"), f"below continuous_w ({inverter.continuous_w} W)"


def _expectations(scenario: Scenario) -> Iterator[Problem]:
    known = {member.name for node in scenario.node for member in (*node.load, *node.lamp)}
    for number, expect in enumerate(scenario.expect):
        at = ("expect", number)
        measure = MEASURES[expect.what]
        if measure.of and expect.of not in known:
            yield (*at, "of"), f"expected a load or lamp of this site, got {expect.of!r}"
        if not measure.of and expect.of:
            yield (*at, "of"), f"means nothing for {expect.what}"
        if (expect.after or 0) >= (expect.until or scenario.site.duration):
            yield at, "expected `after` before `until` and before the scenario's end"
