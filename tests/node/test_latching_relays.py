"""Boards with latching relays, kept outside this repository."""

import re

import pytest

from benchmarks.on_desk import node
from tests.desk_bridge import ROOT
from tests.node.desk_nodes import seats
from tests.node.held_nodes import life
from tests.node.runs import run
from tomo import checkout
from tomo.board.check import check
from tomo.board.read import parts_of

CASE = ROOT / "scenarios" / "cases" / "three_circuits.toml"
PROGRAM = str(ROOT / "tests" / "helpers" / "relay_trace.py")
POWER_ON, WATCHDOG, BY_SOFTWARE = 1, 8, 12
MAINTENANCE = b"tomoshibi: maintenance wanted"  # see node/boot_plan.py
LOW, HIGH = 1, 2  # see stubs/unix/resets.py
PULSE_MS = 60


def latching(folder, source, name, rows):
    """The board `source` as `name`, with these RELAYS; its folder is `folder`/NAME."""
    text = (ROOT / source / "board.py").read_text(encoding="utf-8")
    text, renamed = re.subn(r'NAME = "\w+"', f'NAME = "{name}"', text)
    relays = "".join(f"    {row},\n" for row in rows)
    text, changed = re.subn(r"RELAYS = \(\n.*?\n\)\n", f"RELAYS = (\n{relays})\n", text, flags=re.S)
    assert renamed == changed == 1
    (folder / name).mkdir(parents=True)
    (folder / name / "board.py").write_text(text, encoding="utf-8")
    return folder / name


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """submeter3 with latching relays; the third circuit has two poles."""
    rows = [(1, 25, 1, 0, 26, 50), (2, 27, 1, 0, 32, 50)]
    rows += [(3, 33, 0, 1, 13, 100), (3, 14, 0, 1, 16, 100)]
    folder = latching(tmp_path / "boards", "boards/submeter3", "shop", rows)
    monkeypatch.setenv(checkout.OWN_BOARDS, str(folder))
    assert [one.what for one in check(parts_of("shop")) if one.fails] == []
    return folder


@pytest.mark.usefixtures("desk32", "shop")
def test_a_board_of_them_lives_through_a_blackout(tmp_path):
    path = tmp_path / "shop.toml"
    text = CASE.read_text(encoding="utf-8")
    path.write_text(text.replace('board = "submeter3"', 'board = "shop"'), encoding="utf-8")
    assert run(path, tmp_path / "out").summary["verdict"] == "held"


@pytest.mark.usefixtures("desk32", "shop")
def test_contacts_live_through_a_power_cut_and_are_opened_by_the_next_boot(tmp_path):
    settings = {"return_hold_s": 5, "stagger_s": 0}
    relays = ("relay1", "relay2", "relay3")
    with life(tmp_path / "node", "shop", settings=settings) as held:
        held.run(120_000)
        assert [held.outputs[name] for name in relays] == [1, 1, 1]
        held.cut()
    with life(tmp_path / "node", "shop", reset_reason=POWER_ON) as held:
        # The pulses of four relays, one after another, and nothing closes within the hold.
        held.run(900)
        assert [held.outputs[name] for name in relays] == [0, 0, 0]
        held.run(120_000)
        assert [held.outputs[name] for name in relays] == [1, 1, 1]


@pytest.mark.usefixtures("desk32")
@pytest.mark.parametrize(
    ("reset", "drive", "memory"),
    [(POWER_ON, 1, b""), (WATCHDOG, 0, b""), (BY_SOFTWARE, 1, MAINTENANCE)],
)
def test_boot_opens_loads_and_closes_the_lamp_before_all_else(tmp_path, reset, drive, memory):
    """Every contact stands where it must not, and a reset finds two coils driven."""
    rest = 1 - drive
    pins = ((1, 32, 14), (2, 33, 26), (3, 27, 13))
    rows = [(circuit, close, drive, rest, opening, PULSE_MS) for circuit, close, opening in pins]
    folder = latching(tmp_path, "examples/board", "shelter", rows)
    kept = bytearray(2_210)
    kept[4 * 32 + 1] = kept[4 * 33 + 1] = 1
    kept[4 * 32] = kept[4 * 13] = HIGH if drive else LOW
    kept[160 : 162 + len(memory)] = len(memory).to_bytes(2, "little") + memory
    (folder / "kept.bin").write_bytes(kept)
    trace = node(
        "shelter",
        PROGRAM,
        folder=folder,
        MICROPYPATH=f"{folder}:.frozen",
        DESK_IP=seats(1)[0],
        DESK_RESET_REASON=str(reset),
        TRACE_MS="2000",
    )
    relays = {name: value for name, value in trace["first"].items() if name != "duty"}
    assert relays == {"relay1": 1, "relay2": 1, "relay3": 0}
    # One coil at a time, each contact there by the end of its own pulse.
    assert [move for move in trace["moves"] if move[1] != "duty"] == [
        [PULSE_MS, "relay1", 0],
        [2 * PULSE_MS, "relay2", 0],
        [3 * PULSE_MS, "relay3", 1],
    ]
    if memory:
        assert trace["judged_ms"] is None, "a REPL, and no control path"
    else:
        assert trace["judged_ms"] > 3 * PULSE_MS
