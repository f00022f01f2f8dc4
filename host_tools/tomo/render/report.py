"""`report.html`: a run in one file that needs nothing else to be looked at."""

from html import escape
from pathlib import Path

from tomo.files import writing
from tomo.jobs.run_site import Outcome
from tomo.render.html import document, table
from tomo.render.palette import TIER_NAMES
from tomo.render.plots import Picture
from tomo.render.timeline import cost_words, measured
from tomo.world.inverter import ISLAND


def write(outcome: Outcome, path: Path) -> None:
    """Write the report of a run to `path`."""
    text = page(outcome)
    with writing(path):
        path.write_text(text, encoding="utf-8")


def page(outcome: Outcome) -> str:
    """The whole page."""
    site = outcome.scenario.site
    parts = [
        f"<h1>{escape(site.name)}</h1>",
        f'<p class="sub">{escape(_when(outcome))}</p>',
        _verdict(outcome),
        _tiles(outcome),
        "<h2>What was expected</h2>",
        _expectations(outcome),
        "<h2>The run</h2>",
        Picture(outcome.scenario, outcome.trace).svg(),
        Picture(outcome.scenario, outcome.trace).close_up(),
        "<h2>Loads and lamps</h2>",
        _loads(outcome),
        "<h2>Every relay movement</h2>",
        _moves(outcome),
        "<h2>Energy</h2>",
        _energy(outcome),
        "<h2>Timeline</h2>",
        _timeline(outcome),
        f"<footer>{escape(_foot(outcome))}</footer>",
    ]
    return document(f"{site.name}: {outcome.scenario.name}", parts)


def _when(outcome: Outcome) -> str:
    site = outcome.scenario.site
    end = site.local(site.duration)
    place = f"{site.place}, " if site.place else ""
    cost = cost_words(outcome.summary)
    clock = f"{outcome.summary['clock']} clock" + (f" ({cost})" if cost else "")
    return (
        f"Scenario {outcome.scenario.name}: {place}{site.start:%Y-%m-%d %H:%M} to "
        f"{end:%H:%M} local time, {outcome.summary['nodes']} nodes, "
        f"{clock}, seed {site.seed}"
    )


def _verdict(outcome: Outcome) -> str:
    expectations = outcome.summary["expectations"]
    held = sum(expectation["held"] for expectation in expectations)
    kind, word = ("held", "Held") if outcome.held else ("failed", "Failed")
    return (
        f'<div class="verdict {kind}">{word}: {held} of {len(expectations)} expectations held</div>'
    )


def _tiles(outcome: Outcome) -> str:
    figures = outcome.summary
    shed = f"{figures['loads_shed']} / {figures['loads_restored']}"
    cut = f"{figures['tier0_interruptions']} / {figures['tier1_interruptions']}"
    tiles = (
        (_number(figures["outage_to_command_ms"], "ms"), "grid lost to first cut"),
        (_number(figures["over_budget_ms_max"], "ms"), "longest overload of the inverter"),
        (cut, "interruptions of tier 0 / tier 1"),
        (shed, "loads shed / restored"),
        (str(figures["relay_moves"]), _kinds_of_moves(outcome)),
        (_number(figures["soc_min_percent"], "%"), "lowest battery charge"),
    )
    cells = (f'<div class="tile"><b>{value}</b><span>{what}</span></div>' for value, what in tiles)
    return f'<div class="tiles">{"".join(cells)}</div>'


def _kinds_of_moves(outcome: Outcome) -> str:
    """What the relay movements were: a load's first close is its being switched on at start."""
    moves = [move for move in outcome.trace.moves if not move.fell]
    lamps = sum(move.lamp for move in moves)
    started = len({(move.node, move.name) for move in moves if move.closed and not move.lamp})
    later = len(moves) - lamps - started
    return f"relay movements: {started} loads on at start, {later} of loads later, {lamps} of lamps"


def _number(value: float | None, unit: str) -> str:
    return "none" if value is None else f"{value:.4g} {unit}"


def _expectations(outcome: Outcome) -> str:
    rows = []
    for one in outcome.summary["expectations"]:
        mark = '<td class="ok">held</td>' if one["held"] else '<td class="bad">FAILED</td>'
        rows.append(f"{mark}<td>{escape(one['name'])}</td><td>{escape(measured(one))}</td>")
    return table(("", "expectation", "measured"), rows)


def _loads(outcome: Outcome) -> str:
    """Each load before, in and after the outage: W, from the samples nearest to those times."""
    trace = outcome.trace
    moves = trace.moves
    rows = []
    for one in trace.switched:
        mine = [move for move in moves if move.node == one.node and move.name == one.name]
        opened = sum(not move.closed for move in mine)
        closed = bool(mine[-1].closed) if mine else one.lamp
        rows.append(
            f"<td>{escape(one.name)}</td><td>{one.tier} {TIER_NAMES[one.tier]}</td>"
            f"<td>{escape(one.node)}</td><td>{'lamp' if one.lamp else 'load'} {one.number}</td>"
            f'<td class="n">{opened}</td><td class="n">{len(mine) - opened}</td>'
            f"<td>{'closed' if closed else 'open'}</td>"
        )
    heads = ("name", "tier", "node", "output", "#opened", "#closed", "at the end")
    return table(heads, rows)


def _moves(outcome: Outcome) -> str:
    site, rows = outcome.scenario.site, []
    for move in outcome.trace.moves:
        cause = outcome.trace.cause_of(move)
        rows.append(
            f'<td class="t">{_local(site, move.t_ms)}</td><td>{escape(move.node)}</td>'
            f"<td>{escape(move.name)}</td><td>{move.tier}</td>"
            f"<td>{'closes' if move.closed else 'opens'}</td><td>{escape(cause)}</td>"
        )
    return table(("local time", "node", "load", "tier", "relay", "cause told by the node"), rows)


def _energy(outcome: Outcome) -> str:
    energy = outcome.summary["energy_wh"]
    words = {
        "load": "taken by loads and lamps",
        "grid": "from the grid (negative: sold)",
        "pv": "from the sun",
        "battery": "from the battery (negative: charged)",
        "own": "taken by the inverter itself",
    }
    rows = [f'<td>{words[name]}</td><td class="n">{energy.get(name, 0):.1f}</td>' for name in words]
    sources = outcome.trace.sources
    stops = [*(t for t, _ in sources[1:]), outcome.trace.end_ms]
    island_s = sum(
        stop - start
        for (start, source), stop in zip(sources, stops, strict=True)
        if source == ISLAND
    )
    rows.append(f'<td>time on the inverter alone, min</td><td class="n">{island_s / 6e4:.1f}</td>')
    return table(("", "#Wh"), rows)


def _timeline(outcome: Outcome) -> str:
    site = outcome.scenario.site
    rows = [
        f'<td class="t">{_local(site, entry.t_ms)}</td><td>{escape(entry.where)}</td>'
        f"<td>{escape(entry.text)}</td>"
        for entry in outcome.entries
    ]
    return table(("local time", "who", "what"), rows)


def _foot(outcome: Outcome) -> str:
    files = {
        load.profile.file
        for node in outcome.scenario.node
        for load in node.load
        if load.profile.file
    }
    if outcome.scenario.pv and outcome.scenario.pv.profile.file:
        files.add(outcome.scenario.pv.profile.file)
    if not files:
        return "All loads of this scenario are constant."
    return (
        f"Recorded power: {', '.join(sorted(files))}. "
        "Origin, licence and attribution: README.md beside these files."
    )


def _local(site, t_ms: int) -> str:
    return site.local(t_ms).strftime("%H:%M:%S.%f")[:-3]
