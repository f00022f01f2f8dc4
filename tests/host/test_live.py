"""tomo.render.live: what fits on a terminal, and what is told instead where it does not."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from tests.host.sites import load, lost, site, switched_on
from tomo.jobs.story import Entry
from tomo.render.live import LiveView, fits
from tomo.render.timeline import PlainView

LONG = "switches off " + "a load of many words " * 10


def console(columns, rows, **other):
    plain = {"force_terminal": True, "color_system": None} | other
    return Console(file=io.StringIO(), width=columns, height=rows, **plain)


def drawn(scenario, columns, rows, entries=30):
    """Lines of the screen after `entries` entries."""
    terminal = console(columns, rows)
    world = switched_on(scenario)
    world.advance(12_000)
    view = LiveView(scenario, terminal)
    view.round(world, [Entry(n * 100, "panel", "off", f"{n} {LONG}\n") for n in range(entries)])
    with terminal.capture() as capture:
        terminal.print(view.screen(world))
    return capture.get().splitlines()


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (70, 20), (200, 60)])
@pytest.mark.parametrize("loads", [1, 6])
def test_the_newest_entry_is_the_last_line_and_nothing_is_wider_or_higher(size, loads):
    many = [load(f"load number {n}", n % 5) for n in range(loads)]
    lines = drawn(site(many, lamps=True, events=[lost()]), *size)
    assert len(lines) == size[1] - 1
    assert {len(line) for line in lines} == {size[0]}
    told = [line.split()[3] for line in lines if " panel " in line]
    assert told == [str(n) for n in range(30)][-len(told) :]
    assert len(told) >= 4
    for n in range(loads):
        assert any(f"load number {n}" in line for line in lines)


def test_lamps_stand_beside_the_loads_only_where_they_fit():
    scenario = site([load("x" * 32)], lamps=True)
    panel, light = scenario.node
    light = replace(light, lamp=(replace(light.lamp[0], name="y" * 32),))
    scenario = replace(scenario, node=(panel, light))
    assert any("xxx" in line and "yyy" in line for line in drawn(scenario, 120, 40))
    assert not any("xxx" in line and "yyy" in line for line in drawn(scenario, 70, 24))
    assert any("xxx" in line for line in drawn(scenario, 70, 24))
    assert any("yyy" in line for line in drawn(scenario, 70, 24))


def test_loads_that_find_no_row_are_counted():
    many = [load(f"load number {n}") for n in range(30)]
    lines = drawn(site(many, lamps=True), 70, 20)
    assert len(lines) == 19
    shown = sum("load number" in line for line in lines)
    assert any(f"... and {30 - shown} more" in line for line in lines)
    assert " 29 " in lines[-2]


@pytest.mark.parametrize(
    ("columns", "rows", "term", "drawable"),
    [
        (80, 24, "xterm", True),
        (70, 20, "xterm", True),
        (69, 24, "xterm", False),
        (80, 19, "xterm", False),
        (60, 15, "xterm", False),
        (80, 24, "dumb", False),
    ],
)
def test_only_a_terminal_with_room_is_drawn_on(columns, rows, term, drawable):
    assert fits(console(columns, rows, _environ={"TERM": term})) is drawable


def test_what_is_no_terminal_is_not_drawn_on():
    assert not fits(Console(file=io.StringIO(), width=80, height=24))


@pytest.mark.parametrize(("place", "head"), [("", "desk: "), ("a village", "desk, a village: ")])
def test_a_site_without_a_place_has_no_stray_comma(place, head):
    scenario, out = site([load()], site={"place": place}), io.StringIO()
    PlainView(scenario, out).begin(switched_on(scenario))
    assert out.getvalue().startswith(head)
    title = drawn(scenario, 80, 24)[0]
    assert f" {head.removesuffix(': ')} - 2" in title
