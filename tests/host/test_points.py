"""The table of points: one row makes a value known everywhere; views fit it; docs follow it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.desk_bridge import ROOT, environment
from tomo.client.classes import OWN_ROWS
from tomo.client.points import table
from tomoshibi.reporting import echonet_view as view
from tomoshibi.reporting import points
from tomoshibi.wire.echonet_format import KIND, SCALED_BY, SIZES, UNIT, field

# A value that nobody shows yet: one row of the table, one of the view, one getter.
NEW = {
    "points.py": (
        "CIRCUIT = (\n",
        '    ("on"',
        '    ("frequency", "Hz", 3, "number", "frequency", None, "", False, "Of the mains."),\n',
    ),
    "echonet_meters.py": (
        "SUBMETER_ROWS = const((\n",
        "    (0xD4",
        '    (0xF0, "G", ("u16", 0, 65_533, "Hz", 1), "frequency"),\n',
    ),
    "meter_sources.py": (
        "class Circuits(Source):\n",
        "    def closed",
        """\
    def frequency(self, i, _which):
        return self.parts[i].reading.frequency_mhz or None

""",
    ),
}
ASK = """
import json
from echonet_bench import Bench
from tomoshibi.node.points_command import points
bench = Bench()
bench.branches[0].reading.frequency_mhz = 49_960
shown = points(bench.node.objects[0].node, "circuit")["circuit"]
print(json.dumps([bench.get(0x028D01, 0xF0), shown["1"]["frequency"], shown["units"]["frequency"]]))
"""


def with_a_new_point(folder: Path) -> list[str]:
    """A copy of the firmware that shows one value more; the files that differ."""
    shutil.copytree(ROOT / "firmware", folder / "firmware")
    rows = folder / "firmware" / "tomoshibi" / "reporting"
    for name, (table_head, before, text) in NEW.items():
        old = (rows / name).read_text("utf-8")
        at = old.index(before, old.index(table_head))
        (rows / name).write_text(old[:at] + text + old[at:], "utf-8")
    kept = ROOT / "firmware" / "tomoshibi" / "reporting"
    return sorted(p.name for p in kept.glob("*.py") if p.read_text() != (rows / p.name).read_text())


def host(folder: Path, *arguments: str) -> list[str]:
    """The lines that a program of ours prints, with the firmware's rows of `folder`."""
    search = os.pathsep.join([str(folder / "firmware"), str(ROOT / "host_tools")])
    told = subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | {"PYTHONPATH": search},
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.splitlines()


@pytest.mark.usefixtures("desk32")
def test_a_new_point_takes_three_files_and_is_found_in_every_view(tmp_path):
    assert with_a_new_point(tmp_path) == sorted(NEW)
    path = environment()["MICROPYPATH"].replace(str(ROOT / "firmware"), str(tmp_path / "firmware"))
    if str(tmp_path) not in path:  # the frozen firmware would be taken
        path = f"{tmp_path / 'firmware'}:{path}"
    (tmp_path / "ask.py").write_text(ASK)
    told = subprocess.run(
        [ROOT / "build" / "desk32", "-X", "heapsize=512k", tmp_path / "ask.py"],
        env=os.environ | {"MICROPYPATH": path}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert json.loads(told) == ["01 F4", 49_960, "mHz"]

    list_points = "from tomo.cli.app import main; main()"
    lines = host(tmp_path, "-c", list_points, "points", "list", "--json")
    listed = [each for each in map(json.loads, lines) if each["name"] == "frequency"]
    print_page = "from tomo.render.points import document; print(document())"
    page = host(tmp_path, "-c", print_page)
    assert [(e["part"], e["resolution"], e["echonet"]) for e in listed] == [
        ("circuit", "mHz", ["028D F0"])
    ]
    assert "| `frequency` | mHz |  | 028D F0 | Of the mains. |" in page


def test_every_point_of_the_first_boards_is_shown_on_echonet_lite():
    assert [each["name"] for each in table() if not each["echonet"]] == ["unique_id"]


def test_names_are_given_once_a_part_and_what_is_announced_stands_first():
    for _, rows in points.parts():
        names = [row[points.NAME] for row in rows]
        assert len(names) == len(set(names))
        announced = [row[points.ANNOUNCED] for row in rows]
        assert announced == sorted(announced, reverse=True)


def test_a_number_of_the_view_has_its_points_unit_or_a_thousand_of_it():
    """And the decimals of a format whose unit is in another property are those of that property."""
    units = {row[points.NAME]: row[points.UNIT] for _, rows in points.parts() for row in rows}
    seen = 0
    for rows in OWN_ROWS.values():
        for row in rows:
            form, name = row[view.FORMAT], row[view.NAME]
            if form[KIND] in SIZES and len(row) == view.SHOWS and name in units:
                assert field(form, UNIT, "") in (units[name], "k" + units[name])
                seen += 1
            if {0xC2, 0xD4} & {*field(form, SCALED_BY, ())} and form[KIND] in SIZES:
                unit = next(each for each in rows if each[view.NAME] == "energy_unit")
                assert unit[view.SHOWS] == form[4] == 3
    assert seen > 5
