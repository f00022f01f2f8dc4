"""An application of one's own: app.py beside a board.py outside this repository."""

import shutil

import pytest

from tests.desk_bridge import ROOT
from tests.node.desk_nodes import SETTINGS
from tests.node.held_nodes import kept, life
from tomo import checkout
from tomo.transport.desk_node import NodeDied
from tomoshibi.wire.registers import LOAD_STATE

pytestmark = pytest.mark.usefixtures("desk32")

EXAMPLE = ROOT / "examples" / "app"
WATCHDOG = 8
# The heater, load 3, fits into an island of 1350 W beside the others.
SHOP = SETTINGS | {
    "loads": [
        {"name": "till", "tier": 0, "rated_w": 200, "min_off_s": 0},
        {"name": "fridge", "tier": 2, "rated_w": 300, "min_off_s": 0},
        {"name": "heater", "tier": 4, "rated_w": 800, "min_off_s": 0},
    ]
}
ISLAND = {"grid_mv": 0, "load_mv": 101_000, "grid_mhz": 0}
GRID = {"grid_mv": 101_000, "grid_mhz": 50_000}
ALL_CLOSED_MS = 20_000


@pytest.fixture
def board(tmp_path, monkeypatch):
    """board(source of its app.py, or None for the example's): the folder of a board `app`."""
    folder = tmp_path / "own boards" / "app"
    shutil.copytree(EXAMPLE, folder)
    monkeypatch.setenv(checkout.OWN_BOARDS, str(folder))

    def with_app(source=None):
        if source is not None:
            (folder / "app.py").write_text(source, encoding="utf-8")
        return tmp_path / "node"

    return with_app


def in_job(body, deadline_ms=5_000):
    """An app.py with one job, of these lines."""
    lines = "\n".join("    " + line for line in body.strip().splitlines())
    return (
        "import asyncio, json, sys\n"
        "def tell(**fields):\n"
        '    fields["event"] = "own"\n'
        "    print(json.dumps(fields))\n"
        f'async def main(app):\n{lines}\nJOBS = (("own", main, {deadline_ms}),)\n'
    )


def on(node):
    """Numbers of the loads that are closed; the board's relays close on a low level."""
    return [number for number in (1, 2, 3) if node.outputs.get(f"relay{number}")]


class TestTheExample:
    def test_it_takes_the_heater_off_when_much_is_drawn_and_asks_for_it_back(self, board):
        with life(board(), "app", settings=SHOP) as node:
            node.run(ALL_CLOSED_MS)
            node.run(9_000, p1_mw=150_000, p2_mw=320_000, p3_mw=950_000)
            assert on(node) == [1, 2, 3]
            node.run(3_000)
            assert on(node) == [1, 2]
            # 470 W are more than the 400 W below which there is room for it.
            node.run(150_000, p3_mw=0)
            assert on(node) == [1, 2]
            node.run(118_000, p2_mw=100_000)
            assert on(node) == [1, 2]
            node.run(5_000)
            assert on(node) == [1, 2, 3]
            moves = [one for one in node.told("load") if one["cause"] == "commanded"]
            assert [(one["number"], one["to"], one["actor"]) for one in moves] == [
                (3, "off", "application"),
                (3, "on", "application"),
            ]

    def test_in_an_island_nothing_is_closed_for_it_though_there_is_room(self, board):
        with life(board(), "app", settings=SHOP) as node:
            node.run(ALL_CLOSED_MS)
            node.run(15_000, p1_mw=150_000, p2_mw=700_000, p3_mw=700_000)
            assert on(node) == [1, 2]
            node.run(200_000, p2_mw=100_000, p3_mw=0, **ISLAND)
            assert node.ask("status", "status")["grid"] == "islanded"
            assert on(node) == [1, 2]
            node.run(30_000, **GRID)
            assert on(node) == [1, 2, 3]
            assert node.told("load")[-1]["actor"] == "application"


LOOK = in_job("""
while app.power_w() < 850:
    app.beat()
    await asyncio.sleep_ms(1_000)
heater = app.loads[2]
tell(power_w=app.power_w(), limit_w=app.limit_w(), grid=app.grid(), on_grid=app.on_grid(),
     lamps=app.lamps, name=app.settings["name"], secret="wifi_password" in app.settings,
     heater=(heater.number, heater.name, heater.tier, heater.rated_w, heater.valid,
             heater.power_mw // 1000, heater.voltage_mv // 1000, heater.frequency_mhz,
             heater.faulty, heater.asked_off, heater.import_wh),
     last=app.event(app.event_count() - 1), none=app.event(app.event_count()))
try:
    app.request(4, False)
except ValueError as error:
    tell(wrong=str(error))
while True:
    app.beat()
    tell(life=app.request(1, False), off=app.request(3, False), back=app.request(3, True))
    await asyncio.sleep_ms(1_000)
""")


GAP = in_job("""
while app.power_w() < 150:
    app.beat()
    await asyncio.sleep_ms(1_000)
tell(numbers=[load.number for load in app.loads], off=app.request(3, False))
try:
    app.request(2, False)
except ValueError as error:
    tell(wrong=str(error))
while True:
    app.beat()
    await asyncio.sleep_ms(1_000)
""")


class TestNumbers:
    def test_a_load_is_asked_for_by_its_circuit_beside_one_without_a_relay(self, board, tmp_path):
        folder = board(GAP)
        path = tmp_path / "own boards" / "app" / "board.py"
        rows = path.read_text()
        assert rows.count("    (2, 26, 0, 1),\n") == 1
        path.write_text(rows.replace("    (2, 26, 0, 1),\n", ""))
        with life(folder, "app", settings=SHOP) as node:
            node.run(ALL_CLOSED_MS)
            node.run(5_000, p1_mw=200_000)
            told = node.wait("own")
            assert (told["numbers"], told["off"]) == ([1, 3], "")
            assert node.wait("own")["wrong"] == "no load 2"
            node.run(1_000)
            assert (node.outputs["relay1"], node.outputs["relay3"]) == (1, 0)


class TestWhatItSees:
    def test_readings_grid_settings_and_events_are_the_nodes_and_requests_have_answers(self, board):
        with life(board(LOOK), "app", settings=SHOP) as node:
            node.run(ALL_CLOSED_MS)
            node.run(5_000, p1_mw=150_000, p3_mw=700_000)
            seen = node.wait("own")
            last, heater = seen.pop("last"), seen.pop("heater")
            assert seen == {
                "event": "own", "power_w": 850, "limit_w": -1, "grid": "normal", "on_grid": True,
                "lamps": [], "name": "under test", "secret": False, "none": None,
            }  # fmt: skip
            assert heater == [3, "heater", 4, 800, True, 700, 101, 50_000, False, False, 0]
            assert (last["event"], last["to"], last["actor"]) == ("grid", "normal", "node")
            assert node.wait("own")["wrong"] == "no load 4"
            answers = node.wait("own")
            assert (answers["life"], answers["off"], answers["back"]) == ("life-safety", "", "")
            node.ask("load 3 off", "commanded")
            node.told("own")
            node.run(1_000)
            assert node.told("own")[-1]["back"] == "off by the operator"
            node.ask("load 3 lock", "commanded")
            assert node.told("own")[-1]["back"] == "locked off"


LOOK_AT_LAMP = in_job("""
while True:
    app.beat()
    await asyncio.sleep_ms(4_000)
    lamp = app.lamps[0]
    tell(loads=app.loads, level=lamp.level_permille,
         lux_milli=lamp.lux_milli,
         locked=lamp.locked_off, wh=lamp.import_wh + lamp.export_wh,
         power_mw=lamp.power_mw if lamp.valid else -1)
""")


def test_beside_a_lamp_it_sees_the_lamp_its_meter_and_the_photocell(tmp_path, monkeypatch):
    folder = tmp_path / "light"
    shutil.copytree(ROOT / "boards" / "streetlight", folder)
    text = (folder / "board.py").read_text(encoding="utf-8")
    (folder / "board.py").write_text(text.replace('"streetlight"', '"light"'), encoding="utf-8")
    (folder / "app.py").write_text(LOOK_AT_LAMP, encoding="utf-8")
    monkeypatch.setenv(checkout.OWN_BOARDS, str(folder))
    with life(tmp_path / "node", "light", settings={"name": "light"}) as node:
        node.run(9_000, lux_milli=1_000, lamp_mw=40_000)
        seen = node.told("own")[-1]
        assert seen.pop("lux_milli") == pytest.approx(1_000, abs=500)
        assert seen.pop("power_mw") == pytest.approx(40_000, abs=500)
        assert seen == {"event": "own", "loads": [], "level": 1_000, "locked": False, "wh": 0}
        node.ask("lamp lock", "commanded")
        node.run(5_000)
        seen = node.told("own")[-1]
        assert (seen["level"], seen["locked"]) == (0, True)


# What is wrong with the file, and what is then told: its code, how its words begin, and the line.
WRONG_FILES = {
    "raises": ("\n1 / 0", 0, "ZeroDivisionError(", "app.py:2"),
    "ends the program": ("import sys\nsys.exit(3)", 10, "AppFailed(SystemEx", "app.py:2"),
    "is no Python": ("\n\nasync def :", 0, "SyntaxError(", "app.py:3"),
    "needs what is not there": (
        "import numpy", 0, "ImportError(\"no module named 'numpy", "app.py:1"
    ),
    "has no jobs": ("x = 1", 0, "ImportError(", None),
    "takes all memory": ("x = bytearray(1 << 28)", 0, "MemoryError(", "app.py:1"),
    "has something else": ("JOBS = 7", 12, "AppWrong(", None),
    "has a job without deadline": (in_job("pass", 0), 12, "AppWrong(", None),
}  # fmt: skip
# Jobs that go wrong, likewise.
WRONG_JOBS = """
import asyncio, sys
async def ends(app):
    pass
async def fails(app):
    deeper(app)
def deeper(app):
    app.request(9, False)
async def exits(app):
    sys.exit()
async def waits(app):
    await asyncio.sleep_ms(60_000)
JOBS = [(job.__name__, job, 900) for job in (ends, fails, exits, waits)] + [("none", len, 900)]
"""
WRONG = {
    "app ends": (5, "JobEnded(", None),
    "app fails": (0, "ValueError('no load 9'", "app.py:8"),
    "app exits": (10, "AppFailed(SystemExit", "app.py:10"),
    "app waits": (4, "JobStalled(", None),
    "app none": (0, "TypeError(", "tomoshibi/node/app_job.py:"),
}


class TestWhatIsWrong:
    @pytest.mark.parametrize("what", WRONG_FILES)
    def test_with_the_file_is_told_once_and_the_node_runs(self, board, what):
        source, code, words, at = WRONG_FILES[what]
        with life(board(source), "app", settings=SHOP) as node:
            node.run(2_000)
            fault = node.wait("fault")
            assert (fault["job"], fault["code"]) == ("app", code)
            assert fault["fault"].startswith(words), fault
            if what != "has no jobs":  # only the desk has a file of its own to say that in
                assert fault.get("at") == at
            status = node.ask("status", "status")
            assert (status["faults"], status["broken_cycles"]) == (1, 0)
            assert status["cycles"] > 100

    def test_with_a_job_is_told_and_the_loads_are_controlled(self, board):
        with life(board(WRONG_JOBS), "app", settings=SHOP) as node:
            node.run(ALL_CLOSED_MS)
            assert on(node) == [1, 2, 3]
            told = {one["job"]: one for one in node.told("fault")}
            assert told.keys() == WRONG.keys()
            for job, (code, words, at) in WRONG.items():
                assert told[job]["code"] == code
                assert told[job]["fault"].startswith(words), told[job]
                assert told[job].get("at", "").startswith(at or ""), told[job]
                assert bool(at) == ("at" in told[job])
            # It is looked at every half second whether a job is late.
            assert 0 < told["app waits"]["late_ms"] <= 500

    def test_what_a_job_has_asked_for_is_given_back_when_it_hangs(self, board):
        held = (
            "await asyncio.sleep_ms(20_000)\napp.request(3, False)\nawait asyncio.sleep_ms(90_000)"
        )
        with life(board(in_job(held, 25_000)), "app", settings=SHOP) as node:
            node.run(ALL_CLOSED_MS + 1_000)
            assert on(node) == [1, 2]
            node.run(25_000)
            assert on(node) == [1, 2, 3]
            assert node.wait("fault")["fault"].startswith("JobStalled('app own'")

    def test_what_it_wants_off_is_no_command_that_is_kept(self, board):
        held = (
            "app.request(3, False)\nwhile True:\n    app.beat()\n    await asyncio.sleep_ms(1_000)"
        )
        folder = board(in_job(held))
        with life(folder, "app", settings=SHOP) as node:
            node.run(ALL_CLOSED_MS)
            assert on(node) == [1, 2]
            for what in ("lock", "unlock"):
                node.ask(f"load 3 {what}", "commanded")
            node.run(5_000)
            node.cut()
        assert kept(folder)[LOAD_STATE + 2] == (0, 0)

    def test_one_that_cannot_be_stopped_is_left_out_after_the_watchdogs_reset(self, board):
        stays = "tell()\nwhile True:\n    try:\n        await asyncio.sleep_ms(1_000)\n"
        folder = board(in_job(stays + "    except BaseException:\n        pass"))
        with life(folder, "app", settings=SHOP) as node, pytest.raises(NodeDied, match="status 3"):
            node.run(30_000)
        with life(folder, "app", reset_reason=WATCHDOG) as node:
            node.run(2_000)
            fault = node.wait("fault")
            assert (fault["job"], fault["code"]) == ("app", 11)
            assert not node.told("own")
        # Any further start tries it again.
        with life(folder, "app") as node:
            node.run(2_000)
            node.wait("own")
