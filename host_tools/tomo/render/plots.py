"""Pictures of a run, as SVG text: one figure, panels one above the other, one time axis."""

import io
import warnings
from itertools import pairwise
from typing import Any

import matplotlib

matplotlib.use("svg")

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from tomo.board.read import parts_of
from tomo.jobs.node_settings import island_limit_w
from tomo.render.palette import (
    BATTERY,
    DARK,
    GRID,
    ISLAND,
    LAMPS,
    LIMIT,
    PV,
    SOURCE_WORDS,
    TIER_COLOURS,
    TIER_NAMES,
)
from tomo.scenario.records import Scenario
from tomo.world.trace import TIERS, Trace

_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "tomoshibi",  # the same picture for the same run
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.grid": True,
    "grid.color": "#e5e5e5",
    "grid.linewidth": 0.8,
}
_LINES: tuple[Any, ...] = ("-", "--", ":", "-.")
_NOBODY: dict[str, Any] = {
    "facecolor": "#ffffffa0",
    "edgecolor": DARK,
    "hatch": "////",
    "linewidth": 0,
}
_SOURCE_COLOURS = {
    "tied": GRID,
    "gap": DARK,
    "island": ISLAND,
    "tripped": DARK,
    "empty": DARK,
}


class Picture:
    """Draws `trace` of `scenario`."""

    def __init__(self, scenario: Scenario, trace: Trace) -> None:
        self._scenario = scenario
        self._trace = trace
        self._times = [self._local(sample.t_ms) for sample in trace.samples]
        panels = [node for node in scenario.node if parts_of(node.board).load_circuits]
        rating_w = trace.continuous_w
        # What an island may draw: W, line, colour, whose limit that is.
        self._limits: list[Any] = [(rating_w, "--", DARK, f"inverter's rating {rating_w} W")]
        if panels:
            limit_w = sum(island_limit_w(scenario, node) for node in panels)
            whose = "panel's" if len(panels) == 1 else "panels'"
            self._limits.append((limit_w, "-.", LIMIT, f"{whose} island limit {limit_w} W"))

    def svg(self) -> str:
        """The whole figure."""
        rows = 0.45 * len(self._trace.switched) + 1.0
        with plt.rc_context(_STYLE):
            figure, axes = plt.subplots(
                5,
                1,
                figsize=(11, 12 + rows),
                sharex=True,
                gridspec_kw={"height_ratios": [0.55, 3.2, 1.7, 1.5, rows * 0.75]},
                layout="constrained",
            )
            panels = (self._supply, self._power, self._battery, self._lamps, self._relays)
            for axis, draw in zip(axes, panels, strict=True):
                draw(axis)
                self._shade(axis)
            self._time_axis(axes[-1])
            return saved(figure)

    def close_up(self, before_ms: int = 50, after_ms: int = 250) -> str:
        """The first loss of the grid in milliseconds; nothing if there is none."""
        if not self._trace.losses():
            return ""
        lost_ms = self._trace.losses()[0][0]
        with plt.rc_context(_STYLE):
            figure, axis = plt.subplots(figsize=(11, 3.2), layout="constrained")
            self._first_moments(axis, lost_ms)
            axis.set_xlim(-before_ms, after_ms)
            return saved(figure)

    def _first_moments(self, axis: Axes, lost_ms: int) -> None:
        times = [sample.t_ms - lost_ms for sample in self._trace.samples]
        power = [sample.flows.load_w for sample in self._trace.samples]
        axis.step(times, power, where="post", color=GRID, linewidth=2)
        limits = self._draw_limits(axis)
        axis.axvspan(0, self._trace.losses()[0][1] - lost_ms, color="#000000", alpha=0.06, zorder=0)
        commands = [move.t_ms - lost_ms for move in self._trace.moves]
        top = max(power) * 1.1
        axis.vlines(commands, 0, top, color=TIER_COLOURS[0], linestyle=":", linewidth=2)
        axis.set_ylim(0, top)
        axis.set_ylabel("W")
        axis.set_xlabel("ms after the grid's loss (shaded)")
        axis.set_title("The first moments: power of all loads and lamps")
        handles = [
            Line2D([], [], color=GRID, linewidth=2, label="loads and lamps"),
            *limits,
            Line2D([], [], color=TIER_COLOURS[0], linestyle=":", label="relay commands"),
        ]
        _legend(axis, handles)

    def _draw_limits(self, axis: Axes) -> list[Line2D]:
        """The rating and the limit across the panel; their handles for the legend."""
        handles = []
        for watts, style, colour, label in self._limits:
            axis.axhline(watts, color=colour, linewidth=1.6, linestyle=style)
            handles.append(Line2D([], [], color=colour, linestyle=style, label=label))
        return handles

    def _local(self, t_ms: int) -> float:
        """Local time as matplotlib counts it, in days."""
        return float(mdates.date2num(self._scenario.site.local(t_ms)))

    def _supply(self, axis: Axes) -> None:
        """Two bars: the grid, and who feeds the loads."""
        end = self._trace.end_ms
        edges, alive = [0], [0]
        for start, stop in self._trace.losses():
            edges += [start]
            alive += [stop]
        stops = [*edges[1:], end]
        for start, stop in zip(alive, stops, strict=True):
            self._bar(axis, 1, start, stop, GRID)
        sources = [*self._trace.sources, (end, "")]
        for (start, source), (stop, _) in pairwise(sources):
            self._bar(axis, 0, start, stop, _SOURCE_COLOURS[source])
        axis.set_yticks([0, 1], ["loads fed by", "grid"])
        axis.set_ylim(-0.6, 1.6)
        axis.grid(visible=False)
        axis.set_title("Supply")
        seen = {source for _, source in self._trace.sources}
        words = {SOURCE_WORDS[source]: _SOURCE_COLOURS[source] for source in sorted(seen)}
        _legend(axis, [Patch(color=colour, label=word) for word, colour in words.items()])

    def _power(self, axis: Axes) -> None:
        tiers = [[sample.tier_w[tier] for sample in self._trace.samples] for tier in range(TIERS)]
        axis.stackplot(self._times, tiers, colors=TIER_COLOURS, step="post", linewidth=0)
        handles: list[Patch | Line2D] = [
            Patch(color=TIER_COLOURS[tier], label=f"tier {tier} {TIER_NAMES[tier]}")
            for tier in range(TIERS)
        ]
        handles += self._draw_limits(axis)
        axis.set_ylabel("W")
        axis.set_ylim(bottom=0)
        axis.set_title("Power of loads and lamps by tier, against what an island may draw")
        _legend(axis, handles)

    def _battery(self, axis: Axes) -> None:
        soc = [sample.soc_percent for sample in self._trace.samples]
        axis.plot(self._times, soc, color=BATTERY, linewidth=2)
        axis.set_ylabel("% charge", color=BATTERY)
        axis.set_ylim(0, 100)
        axis.set_title("Battery charge, and power of battery (+ discharging) and sun")
        power = axis.twinx()
        power.spines["right"].set_visible(True)
        power.grid(visible=False)
        battery = [sample.flows.battery_w for sample in self._trace.samples]
        sun = [sample.flows.pv_w for sample in self._trace.samples]
        power.plot(self._times, battery, color=ISLAND, linewidth=1.4, drawstyle="steps-post")
        power.plot(self._times, sun, color=PV, linewidth=1.8, linestyle=":", drawstyle="steps-post")
        power.set_ylabel("W")
        # The island's first milliseconds have a close-up; here they would flatten the rest.
        top = max(100, *(min(watts, self._trace.continuous_w) for watts in (*battery, *sun)))
        power.set_ylim(min(0, *battery) * 1.1, top * 1.15)
        handles = [
            Line2D([], [], color=BATTERY, linewidth=2, label="charge"),
            Line2D([], [], color=ISLAND, label="battery power"),
            Line2D([], [], color=PV, linestyle=":", linewidth=1.8, label="PV power"),
        ]
        _legend(axis, handles)

    def _lamps(self, axis: Axes) -> None:
        handles = []
        for number, lamp in enumerate(one for one in self._trace.switched if one.lamp):
            changes = [(t, level / 10) for t, name, level in self._trace.light if name == lamp.name]
            changes.append((self._trace.end_ms, changes[-1][1] if changes else 0))
            colour, style = LAMPS[number % len(LAMPS)], _LINES[number % len(_LINES)]
            times = [self._local(t) for t, _ in changes]
            levels = [level for _, level in changes]
            axis.step(times, levels, where="post", color=colour, linestyle=style, linewidth=2)
            handles.append(Line2D([], [], color=colour, linestyle=style, label=as_it_is(lamp.name)))
        for t, words in self._trace.marks:
            axis.axvline(self._local(t), color=DARK, linewidth=1, linestyle=":")
            axis.annotate(f" {words}", (self._local(t), 88), fontsize=9)
        axis.set_ylabel("% light")
        axis.set_ylim(-4, 106)
        axis.set_title("Lamp levels")
        _legend(axis, handles)

    def _relays(self, axis: Axes) -> None:
        """A row a relay: a bar while closed, a mark at every movement."""
        switched = self._trace.switched
        for row, one in enumerate(reversed(switched)):
            moves = [move for move in self._trace.moves if move.name == one.name]
            closed_since = 0 if one.lamp else None  # lamps are closed in reset, loads open
            for move in moves:
                if move.closed and closed_since is None:
                    closed_since = move.t_ms
                elif not move.closed and closed_since is not None:
                    self._bar(axis, row, closed_since, move.t_ms, TIER_COLOURS[one.tier])
                    closed_since = None
                axis.plot(
                    self._local(move.t_ms),
                    row,
                    marker="^" if move.closed else "v",
                    color=DARK,
                    markersize=6,
                )
            if closed_since is not None:
                self._bar(axis, row, closed_since, self._trace.end_ms, TIER_COLOURS[one.tier])
        names = [f"{as_it_is(one.name)} ({one.tier})" for one in reversed(switched)]
        axis.set_yticks(range(len(switched)), names)
        axis.set_ylim(-0.7, len(switched) - 0.3)
        axis.grid(visible=False)
        axis.set_title("Relays: closed while the bar lasts (tier in brackets)")
        marks = [("^", "closes"), ("v", "opens")]
        handles: list[Patch | Line2D] = [
            Line2D([], [], color=DARK, marker=mark, linestyle="", label=word)
            for mark, word in marks
        ]
        if self._trace.dark:
            handles.append(Patch(label="nobody feeds the loads", **_NOBODY))
        _legend(axis, handles)
        for start, stop in self._trace.dark:
            # Above the bars and below the marks.
            axis.axvspan(self._local(start), self._local(stop), zorder=1.5, **_NOBODY)

    def _bar(self, axis: Axes, row: int, start: int, stop: int, colour: str) -> None:
        left = self._local(start)
        width = self._local(stop) - left
        axis.broken_barh([(left, width)], (row - 0.32, 0.64), color=colour, linewidth=0)

    def _shade(self, axis: Axes) -> None:
        for start, stop in self._trace.losses():
            axis.axvspan(
                self._local(start), self._local(stop), color="#000000", alpha=0.06, zorder=0
            )

    def _time_axis(self, axis: Axes) -> None:
        offset_min = self._scenario.site.utc_offset_min
        axis.set_xlim(self._local(0), self._local(self._trace.end_ms))
        axis.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=6, maxticks=14))
        axis.xaxis.set_major_formatter(mdates.DateFormatter("%H:%M"))
        sign, (hours, minutes) = "+-"[offset_min < 0], divmod(abs(offset_min), 60)
        axis.set_xlabel(f"local time (UTC{sign}{hours:02d}:{minutes:02d}); grid lost: shaded")


def saved(figure: Figure) -> str:
    """The figure as SVG, and closed. Its text is drawn by whoever shows it.

    So a letter that the fonts of this machine lack is no fault, and nobody is warned of it.
    """
    text = io.StringIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(text, format="svg", metadata={"Date": None})
    plt.close(figure)
    return _svg_only(text.getvalue())


def as_it_is(name: str) -> str:
    """A name in which `$` begins no formula."""
    return name.replace("$", r"\$")


def _svg_only(text: str) -> str:
    """Without the XML head, which has no place inside a page."""
    return text[text.index("<svg") :]


def _legend(axis: Axes, handles: list) -> None:
    axis.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(1.06, 1.02), frameon=False, fontsize=9
    )
