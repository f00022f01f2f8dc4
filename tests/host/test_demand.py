"""`tomo registers demand`: the largest mean power of a half hour, worked by hand."""

import json

from typer.testing import CliRunner

from tests.host import chips
from tomo.cli.registers import app
from tomo.image import demand
from tomo.image.history import WRAP_WH, Day, Record

IMPORT, EXPORT = 0, 1


def days(**readings):
    """Days 1 and 2 of one branch: import counters by `d1s47`, the slot 47 of day 1."""
    found = {day: Day(day, 1) for day in (1, 2)}
    for name, pair in readings.items():
        day, slot = map(int, name[1:].split("s"))
        found[day].records[slot] = Record(slot, 2, 1, (pair,), (1, slot))
    return found


def most(found, *, passed=()):
    [_, _, into, out] = demand.maxima(found, 1, passed)
    return [(one.power_w, one.day, one.slot) for one in (into, out)]


def test_it_is_twice_what_a_half_hour_gained_and_the_first_of_equal_ones():
    found = days(d1s0=(100, 0), d1s1=(350, 10), d1s2=(600, 15), d1s3=(700, 15))
    assert most(found) == [(500, 1, 1), (20, 1, 1)]


def test_a_half_hour_may_end_with_the_day():
    assert most(days(d1s47=(100, 0), d2s0=(101, 0)))[0] == (2, 2, 0)


def test_without_the_reading_before_there_is_none():
    assert most(days(d1s0=(0, None), d1s2=(9_000, None))) == [(None, None, None)] * 2


def test_a_counter_may_wrap_but_not_run_backwards():
    assert most(days(d1s0=(WRAP_WH - 10, 0), d1s1=(20, 0)))[0] == (60, 1, 1)
    assert most(days(d1s0=(500, 0), d1s1=(400, 0), d1s2=(401, 0)))[0] == (2, 1, 2)


def test_a_half_hour_with_a_start_value_is_passed_over():
    found = days(d1s0=(0, 0), d1s1=(4_711, 0), d1s2=(4_721, 0))
    assert most(found)[0] == (9_422, 1, 1)
    assert most(found, passed={(1, 1, 1, IMPORT)})[0] == (20, 1, 2)
    assert most(found, passed={(1, 1, 1, EXPORT), (1, 1, 2, IMPORT)})[0] == (9_422, 1, 1)


def test_all_branches_count_together_where_all_are_known():
    found = {1: Day(1, 2)}
    for slot, pairs in enumerate(
        (((0, 0), (0, 0)), ((100, 0), (1, 0)), ((150, 0), (91, 0)), ((950, 0), (None, 0)))
    ):
        found[1].records[slot] = Record(slot, 2, 1, pairs, (1, slot))
    told = {(one.branch, one.direction): one for one in demand.maxima(found, 2)}
    assert (told[0, IMPORT].power_w, told[0, IMPORT].slot) == (280, 2)  # 50 and 90 Wh
    assert (told[1, IMPORT].power_w, told[1, IMPORT].slot) == (1_600, 3)
    assert (told[2, IMPORT].power_w, told[2, IMPORT].slot) == (180, 2)


def test_the_command_reads_a_chip_and_leaves_start_values_out(tmp_path):
    """Branch 1 imports 10 Wh each half hour: 20 W; branch 2 exports 3: 6 W. See tests.host.chips.

    A start value of branch 1 in the half hour until 00:30 local time leaves 01:00 as the first.
    """
    # 2026-11-24 15:10 UTC is 00:10 in Japan; kind 6 is a start value of import.
    changed = [chips.event_record(chips.FIRST_HASH, 1, kind=6, subject=1, day=9_824, second=54_600)]
    for events, until in ((chips.events(), "00:30"), (b"", "01:00")):
        log = events or chips.sector(chips.event_head(1, 1, chips.FIRST_HASH), *changed)
        path = tmp_path / "chip.bin"
        path.write_bytes(
            chips.whole_chip(events=log, settings=chips.settings({"utc_offset_min": 540}))
        )
        done = CliRunner().invoke(app, ["demand", str(path), "--json"])
        assert done.exit_code == 0
        rows = {
            (row["branch"], row["direction"]): row
            for row in map(json.loads, done.stdout.splitlines())
        }
        assert rows[1, "import"] == {
            "branch": 1, "direction": "import", "demand_w": 20, "day": "2026-11-25", "until": until,
        }  # fmt: skip
        assert rows[2, "export"]["demand_w"] == 6
        assert rows[1, "export"]["demand_w"] is None
    assert "maximum demand" in CliRunner().invoke(app, ["demand", str(path)]).stdout
