"""A run on a terminal: grid, budget, loads, lamps and the timeline, as they change."""

import time
from collections import deque

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from tomo.jobs.story import Entry
from tomo.render.palette import KIND_STYLES, SOURCE_WORDS, TIER_NAMES, TIER_STYLES
from tomo.scenario.records import Scenario
from tomo.world.inverter import ISLAND, TIED
from tomo.world.lamps import Lamp
from tomo.world.loads import Load
from tomo.world.site import World

_REFRESH_S = 0.1
# Rows of the screen that the loads, lamps and frames take besides the timeline.
_FRAME_ROWS = 16


class LiveView:
    """Redraws a few times a second; `with` gives the terminal back whatever happens."""

    def __init__(self, scenario: Scenario, console: Console) -> None:
        self._scenario = scenario
        self._console = console
        self._entries: deque[Entry] = deque(maxlen=200)
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._drawn_s = 0.0

    def __enter__(self) -> "LiveView":
        self._live.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._live.stop()

    def begin(self, world: World) -> None:
        self._draw(world)

    def round(self, world: World, new: list[Entry]) -> None:
        self._entries.extend(new)
        if time.monotonic() - self._drawn_s >= _REFRESH_S:
            self._draw(world)

    def end(self, world: World) -> None:
        self._draw(world)

    def _draw(self, world: World) -> None:
        self._drawn_s = time.monotonic()
        self._live.update(self._screen(world), refresh=True)

    def _screen(self, world: World) -> RenderableType:
        site = self._scenario.site
        local = site.local(world.now_ms)
        title = f"{site.name} - {site.place} - {local:%Y-%m-%d %H:%M:%S}"
        # Inside a grid: a bar alone does not end its line.
        done = Table.grid(expand=True)
        done.add_row(ProgressBar(total=site.duration, completed=world.now_ms))
        loads = [one for one in world.everything() if isinstance(one, Load)]
        lamps = [one for one in world.everything() if isinstance(one, Lamp)]
        rows = max(4, self._console.size.height - _FRAME_ROWS - len(loads) - len(lamps))
        body = [
            done,
            _supply(world),
            Columns([_loads(loads), _lamps(lamps)], padding=(0, 1)),
            self._timeline(rows),
        ]
        return Panel(Group(*body), title=title, border_style="grey50")

    def _timeline(self, rows: int) -> RenderableType:
        lines = []
        for entry in sorted(self._entries, key=lambda entry: entry.order)[-rows:]:
            local = self._scenario.site.local(entry.t_ms)
            line = Text(f"{local:%H:%M:%S}.{local.microsecond // 1000:03d} ", style="grey62")
            line.append(f"{entry.where:<12} ")
            line.append(entry.text, style=KIND_STYLES[entry.kind])
            line.truncate(self._console.size.width - 6, overflow="ellipsis")
            lines.append(line)
        return Panel(Group(*lines), title="timeline", border_style="grey50", height=rows + 2)


def _supply(world: World) -> RenderableType:
    """Grid, who feeds the loads, power against the budget, battery, sun."""
    grid = Table.grid(padding=(0, 2))
    alive = world.condition.volts > 0
    state = Text("alive" if alive else "LOST", style="bold green3" if alive else "bold red")
    source = world.inverter.source
    style = {TIED: "green3", ISLAND: "orange1"}.get(source, "bold red")
    grid.add_row("grid", state, f"{world.condition.volts:5.1f} V {world.condition.hz:6.2f} Hz")
    grid.add_row("fed by", Text(SOURCE_WORDS[source], style=style), f"{world.load_v:5.1f} V")
    grid.add_row("load", Text(f"{world.load_w:5.0f} W", style="bold"), _budget(world))
    sun = f"PV {world.flows.pv_w:4.0f} W   sun {world.sun_altitude:+5.1f} deg"
    grid.add_row("battery", f"{world.battery.soc_percent:5.1f} %", sun)
    return grid


def _budget(world: World) -> RenderableType:
    rating_w = world.inverter.ratings.continuous_w
    if world.inverter.source != ISLAND:
        return Text(f"no limit (inverter's rating {rating_w} W)", style="grey62")
    filled = min(20, round(20 * world.load_w / rating_w))
    style = "bold red" if world.load_w > rating_w else "green3"
    bar = Text("█" * filled, style=style) + Text("░" * (20 - filled), style="grey37")
    return bar + Text(f" of {rating_w} W")


def _loads(loads: list[Load]) -> Table:
    table = Table(title="loads", title_justify="left", box=None, pad_edge=False, padding=(0, 1))
    table.add_column("tier")
    table.add_column("load", min_width=18)
    table.add_column("state")
    table.add_column("W", justify="right", min_width=6)
    for load in sorted(loads, key=lambda one: (one.tier, one.number)):
        style = TIER_STYLES[load.tier]
        closed = load.contact.closed
        state = Text("● on " if closed else "○ off", style="green3" if closed else "orange3")
        tier = Text(f"{load.tier} {TIER_NAMES[load.tier]}", style=style)
        table.add_row(tier, load.name, state, f"{load.power_w:.0f}")
    return table


def _lamps(lamps: list[Lamp]) -> Table:
    table = Table(title="lamps", title_justify="left", box=None, pad_edge=False, padding=(0, 1))
    table.add_column("lamp", min_width=16)
    table.add_column("role")
    table.add_column("light", min_width=16)
    table.add_column("W", justify="right", min_width=5)
    for lamp in lamps:
        filled = round(lamp.light_permille / 100)
        light = Text("█" * filled, style="yellow") + Text("░" * (10 - filled), style="grey37")
        light += Text(f" {lamp.light_permille / 10:.0f} %")
        table.add_row(lamp.name, lamp.data.role, light, f"{lamp.power_w:.1f}")
    return table
