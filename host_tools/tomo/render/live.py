"""A run on a terminal: grid, budget, loads, lamps and the timeline, as they change.

Everything is fitted to the terminal: the timeline keeps a few lines whatever happens, and loads and
lamps are told shorter, below each other or in part where there is no room for all of them.
"""

import time
from collections import deque

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.measure import Measurement
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from tomo.jobs.story import Entry
from tomo.render.outputs import lamp_table, load_table
from tomo.render.palette import KIND_STYLES, SOURCE_WORDS
from tomo.scenario.records import Scenario
from tomo.world.inverter import ISLAND, TIED
from tomo.world.lamps import Lamp
from tomo.world.loads import Load
from tomo.world.site import World

_REFRESH_S = 0.1
_LEAST_ROWS, _LEAST_COLUMNS = 20, 70
# Rows of frame, progress, supply and the timeline's rule; the last of the screen stays empty.
_FIXED_ROWS = 2 + 1 + 4 + 1 + 1
_LEAST_TIMELINE = 4
_WHERE_COLUMNS = 12


def fits(console: Console) -> bool:
    """Whether this is a terminal that can be redrawn, and large enough to be worth it."""
    rows, columns = console.size.height, console.size.width
    able = console.is_terminal and not console.is_dumb_terminal
    return able and rows >= _LEAST_ROWS and columns >= _LEAST_COLUMNS


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
        self._live.update(self.screen(world), refresh=True)

    def screen(self, world: World) -> RenderableType:
        """The whole screen, one row lower than the terminal."""
        site = self._scenario.site
        title = f"{site.title} - {site.local(world.now_ms):%Y-%m-%d %H:%M:%S}"
        # Inside a grid: a bar alone does not end its line.
        done = Table.grid(expand=True)
        done.add_row(ProgressBar(total=site.duration, completed=world.now_ms))
        room = max(0, self._console.size.height - _FIXED_ROWS - _LEAST_TIMELINE)
        outputs, rows = self._outputs(world, room)
        timeline = self._timeline(room + _LEAST_TIMELINE - rows)
        rule = Rule("timeline", align="left", style="grey50")
        body = Group(done, _supply(world), outputs, rule, timeline)
        return Panel(body, title=title, border_style="grey50")

    def _outputs(self, world: World, room: int) -> tuple[RenderableType, int]:
        """Loads and lamps in at most `room` rows, and the rows they take."""
        loads = [one for one in world.everything() if isinstance(one, Load)]
        lamps = [one for one in world.everything() if isinstance(one, Lamp)]
        loads.sort(key=lambda one: (one.tier, one.number))
        for in_words in (True, False):
            sides = load_table(loads, room - 1, in_words), lamp_table(lamps, room - 1, in_words)
            if self._beside(sides):
                both = Table.grid(padding=(0, 2))
                both.add_row(*sides)
                return both, max(side.row_count for side in sides) + 1
        # Below each other. The lamps are few; the loads take what they leave.
        low = lamp_table(lamps, max(1, min(len(lamps), room // 3)), in_words=False)
        high = load_table(loads, room - low.row_count - 2, in_words=False)
        return Group(high, low), high.row_count + low.row_count + 2

    def _beside(self, sides: tuple[Table, Table]) -> bool:
        options = self._console.options
        widths = [Measurement.get(self._console, options, side).maximum for side in sides]
        return sum(widths) + 2 <= self._console.size.width - 4

    def _timeline(self, rows: int) -> RenderableType:
        """The newest entries, one a line, the newest at the bottom."""
        lines = []
        for entry in sorted(self._entries, key=lambda entry: entry.order)[-rows:]:
            local = self._scenario.site.local(entry.t_ms)
            line = Text(f"{local:%H:%M:%S}.{local.microsecond // 1000:03d} ", style="grey62")
            line.append(f"{entry.where[:_WHERE_COLUMNS]:<{_WHERE_COLUMNS}} ")
            line.append(" ".join(entry.text.split()), style=KIND_STYLES[entry.kind])
            line.truncate(self._console.size.width - 4, overflow="ellipsis")
            lines.append(line)
        lines += [Text("")] * (rows - len(lines))
        return Group(*lines)


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
