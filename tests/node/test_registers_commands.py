"""`tomo registers` on what whole desk nodes have left in their chips, and on a running node's port.

The node of these tests met a world of round numbers: W x s / 3600 is Wh. It started at 12:29:00
local time of 2026-11-25 (Japan, 9 h ahead of UTC).
"""

import csv
import io
import json
import time

import pytest

from tests.node.desk_nodes import with_port
from tests.node.held_nodes import LIMIT_S, NOON_S, chip, life, squeezed, tomo

pytestmark = pytest.mark.usefixtures("desk32")

DAY = "2026-11-25"
POWERS_MW = {"p1_mw": 1_200_000, "p2_mw": 600_000, "p3_mw": -1_200_000}


@pytest.fixture(scope="module")
def folder(desk32, tmp_path_factory):  # noqa: ARG001 (skips where nothing is built)
    """Of a node that metered 30 s before 12:30 and twice as long before 13:00, and no more.

    Branch 1 took 10 Wh and 20 Wh, branch 2 half as much; branch 3 gave back what 1 took.
    """
    folder = tmp_path_factory.mktemp("panel")
    with life(folder, start_s=NOON_S + 29 * 60) as node:
        node.run(10_000)
        node.run(30_000, **POWERS_MW)
        node.run(60_000, **dict.fromkeys(POWERS_MW, 0))  # 12:30:40
        node.run(60_000, **POWERS_MW)
        node.run(29 * 60_000, **dict.fromkeys(POWERS_MW, 0))  # 13:00:40
    return folder


def ok(*arguments):
    status, out, told = tomo("registers", *arguments)
    assert (status, told) == (0, "")
    return out


def from_csv(text):
    return list(csv.DictReader(io.StringIO(text)))


def objects(text):
    return [json.loads(line) for line in text.splitlines()]


def text_of(rows):
    """As they look in CSV."""
    return [{k: "" if v is None else str(v) for k, v in row.items()} for row in rows]


def test_dump_shows_what_the_world_fed_the_meter(folder):
    about, *rows = objects(ok("dump", folder, "--json"))
    assert (about["node"], about["branches"], about["sectors"]) == ("sub-meter", 6, 64)
    found = {row["register"]: row for row in rows}
    # 1200 W for 90 s are 30 Wh; in seven decimals nothing is missing.
    energies = {
        name: found[name]["exact"] for name in found if "import" in name or "export" in name
    }
    assert {name: exact for name, exact in energies.items() if exact != "0.0000000"} == {
        "whole import": "15.0000000",
        "branch 1 import": "30.0000000",
        "branch 2 import": "15.0000000",
        "branch 3 export": "30.0000000",
    }
    # Each relay has closed once.
    assert [found[f"relay {n} moves"]["value"] for n in range(1, 7)] == [1] * 6
    assert (found["boots after power-on"]["value"], found["supply losses"]["value"]) == (1, 0)
    *written, end = from_csv(ok("dump", folder / "flash.bin", "--csv", "-"))
    assert written == text_of(rows)
    assert (end["register"], end["state"]) == ("end of the event log", about["log_hash"])
    assert "branch 2 import 15.0000000 Wh 15 Wh + 0 mJ" in squeezed(ok("dump", folder))


def test_history_shows_the_half_hours_and_what_each_gained(folder, tmp_path):
    rows = objects(ok("history", folder, "--json", "--branch", "1"))
    assert len(rows) == 48
    there = {row["time"]: row for row in rows if row["import_wh"] is not None}
    assert there == {
        "12:30": {
            "day": DAY, "time": "12:30", "branch": 1, "import_wh": 10, "export_wh": 0,
            "import_gain_wh": None, "export_gain_wh": None, "clock": "held",
        },
        "13:00": {
            "day": DAY, "time": "13:00", "branch": 1, "import_wh": 30, "export_wh": 0,
            "import_gain_wh": 20, "export_gain_wh": 0, "clock": "held",
        },
    }  # fmt: skip
    assert ok("history", folder, "--csv", tmp_path / "x.csv", "--day", DAY) == ""
    written = from_csv((tmp_path / "x.csv").read_text())
    assert [row["branch"] for row in written] == [str(n) for n in range(1, 7) for _ in range(48)]
    assert written[:48] == text_of(rows)
    assert [row["export_wh"] for row in written[96:144] if row["export_wh"]] == ["10", "30"]
    table = squeezed(ok("history", folder, "--branch", "3", "--day", DAY))
    assert f"{DAY} branch 3" in table
    assert "13:00 0 Wh 0 Wh 30 Wh 20 Wh held" in table


def test_events_tell_the_start_and_every_close_in_local_time(folder):
    rows = objects(ok("events", folder, "--json"))
    assert [row["sequence"] for row in rows] == list(range(1, len(rows) + 1))
    first = rows[0]
    assert (first["kind"], first["to"], first["uptime"]) == ("started", "power-on", "0.000")
    assert (first["utc"], first["local"]) == (f"{DAY} 03:29:00", f"{DAY} 12:29:00")
    closed = [(row["subject"], row["from"], row["to"]) for row in rows if row["kind"] == "load"]
    assert closed == [(str(n), "off", "on") for n in range(1, 7)]
    assert {(row["chain"], row["actor"], row["boot"]) for row in rows} == {("whole", "node", 1)}
    assert from_csv(ok("events", folder, "--csv", "-")) == text_of(rows)
    assert f"1 1 0.000 {DAY} 12:29:00 (held) started power-on" in squeezed(ok("events", folder))


def test_verify_finds_nothing_wrong_with_what_a_node_has_left(folder):
    *findings, verdict = objects(ok("verify", folder, "--json"))
    assert verdict == {"verdict": "fine"}
    assert {one["area"] for one in findings} == {
        "partition table", "registers", "events", "history", "settings", "identity",
    }  # fmt: skip
    assert [one["days"] for one in findings if "days" in one] == [1]
    assert "Fine: nothing is lost." in ok("verify", folder / "flash.bin")


WRONG = [
    (("dump", "--csv"), 2, "requires an argument"),
    (("dump", "--csv", "/no/such/folder/x.csv"), 2, "/no/such/folder/x.csv"),
    (("dump", "--partition", "vfs"), 1, "partition 'vfs' has 1245184"),
    (("verify", "--csv", "-"), 2, "No such option"),
    (("verify", "--partition", "registry"), 2, "no partition 'registry'"),
    (("verify", "flash.bin"), 2, "unexpected extra argument"),
    (("history", "--branch", "0"), 2, "should be greater than or equal to 1"),
    (("history", "--branch", "7"), 2, "no branch 7"),
    (("history", "--day", "25.11.2026"), 2, "expected a date such as 2026-01-31"),
    (("history", "--day", "2026-11-24"), 1, "has no readings of 2026-11-24"),
    (("events", "--json", "--csv", "-"), 2, "exclude each other"),
    (("events", "--csv", "/no/such/folder/x.csv"), 2, "/no/such/folder/x.csv"),
    (("events", "--day", DAY), 2, "No such option"),
    (("start", "1", "4711"), 3, "no node runs in"),
]


@pytest.mark.parametrize(("arguments", "status", "told"), WRONG)
def test_what_is_asked_wrongly_is_told_and_changes_nothing(folder, arguments, status, told):
    before = chip(folder).read_bytes()
    command, *rest = arguments
    found, out, error = tomo("registers", command, folder, *rest)
    assert (found, out) == (status, "")
    assert told in squeezed(error)
    assert chip(folder).read_bytes() == before


def test_a_start_value_counts_on_from_there_and_is_logged_and_kept(tmp_path):
    with with_port("submeter6", tmp_path) as port:
        told = objects(ok("start", port, "2", "4711", "12", "--json"))
        export = {"export_from_wh": 0, "export_to_wh": 12}
        assert told == [{"branch": 2, "from_wh": 0, "to_wh": 4_711, **export}]
        values = values_of(port)
        # Logged as soon as nothing is about to be decided.
        until = time.monotonic() + LIMIT_S
        while len(logged := start_values(port)) < 2:
            assert time.monotonic() < until
    # No load has closed yet for so long that it could have drawn a Wh.
    assert (values["branch 2 import"], values["branch 2 export"]) == (4_711, 12)
    assert (values["branch 1 import"], values["branch 3 import"]) == (0, 0)
    assert values_of(tmp_path)["branch 2 export"] == 12
    assert logged == start_values(tmp_path)
    for event, of, to in zip(logged, ("", " of export"), ("4711 Wh", "12 Wh"), strict=True):
        assert event["kind"] == "start value" + of
        assert (event["subject"], event["from"], event["to"]) == ("2", "0 Wh", to)
        assert (event["cause"], event["actor"], event["chain"]) == ("commanded", "console", "whole")
    assert ok("verify", tmp_path, "--json").endswith('{"verdict": "fine"}\n')


def values_of(target):
    return {row["register"]: row["value"] for row in objects(ok("dump", target, "--json"))[1:]}


def start_values(target):
    rows = objects(ok("events", target, "--json"))
    return [row for row in rows if row["kind"].startswith("start value")]


def test_an_export_that_is_not_given_stays(tmp_path):
    with with_port("submeter6", tmp_path) as port:
        ok("start", port, "2", "4711", "12")
        assert "export" not in ok("start", port, "2", "5000")
        values = values_of(port)
    assert (values["branch 2 import"], values["branch 2 export"]) == (5_000, 12)


def test_a_start_value_that_may_not_be_is_refused_and_nothing_is_logged(tmp_path):
    with with_port("submeter6", tmp_path) as port:
        for wrong, status, told in (
            (("7", "5"), 1, "1 to 6"),
            (("0", "5"), 2, "should be greater than or equal to 1"),
            (("1", "100000000"), 2, "should be less than or equal to 99999999"),
            (("1", "5", "100000000"), 2, "should be less than or equal to 99999999"),
            (("1", "half"), 2, "should be a valid integer"),
        ):
            found, out, error = tomo("registers", "start", port, *wrong)
            assert (found, out) == (status, "")
            assert told in squeezed(error)
    assert values_of(tmp_path)["branch 1 import"] == 0
    assert start_values(tmp_path) == []
