"""A whole sub-meter whose senses of the grid are wrong: what it does is told, and has an end."""

import pytest

from tests.node.desk_nodes import LOADS, SETTINGS, Asker, seats
from tests.node.held_nodes import life

pytestmark = pytest.mark.usefixtures("desk32")

PANEL = SETTINGS | {"loads": LOADS, "trust_s": 300}
BACK = {"grid_mv": 101_000, "load_mv": 101_000, "islanded": 0}
LOST = {"grid_mv": 0, "islanded": 1}
FAULT = b"\x41"
PANEL_METER = 0x028701


def closed(node):
    return sum(node.outputs.get(f"relay{n}", 0) for n in range(1, 7))


def outage(node):
    """The loads are on; the grid goes for 10 s and is back."""
    node.run(60_000)
    assert closed(node) == 6
    node.run(10_000, **LOST)
    assert closed(node) < 6
    node.run(1_000, **BACK)


def causes(node, event):
    return [one["cause"] for one in node.told(event)]


@pytest.mark.parametrize("gain_permille", [940, 1_060])
def test_a_level_sense_within_its_accuracy_delays_nothing(tmp_path, gain_permille):
    # 94.9 and 107.1 V.
    with life(tmp_path, settings=PANEL) as node:
        node.run(1_000, adc_gain_permille=gain_permille, adc_noise_mv=10)
        outage(node)
        node.run(60_000)
        assert closed(node) == 6
        assert causes(node, "sense") == []


def test_a_dead_level_sense_is_told_everywhere_and_waited_for_no_longer_than_set(tmp_path):
    ip, own = seats(2)
    words = "grid voltage out of its band: loads wait"
    with life(tmp_path, ip=ip, settings=PANEL) as node, Asker(own) as asker:
        node.run(100)
        outage(node)
        node.run(200_000, adc_gain_permille=0)
        assert causes(node, "sense") == [words]
        assert node.ask("status", "status")["waits_for"] == words
        assert closed(node) < 6
        node.run(160_000)
        assert causes(node, "grid")[-2:] == [
            "grid present, though in doubt for trust_s",
            "all loads restored",
        ]
        assert closed(node) == 6
        status = node.ask("status", "status")
        assert (status["waits_for"], status["sense"]) == ("", words)
        assert node.get(asker, PANEL_METER, 0x88) == FAULT
        assert node.get(asker, PANEL_METER, 0x89) == b"\x00\x1e"


def test_a_grid_that_is_out_for_certain_is_not_returned_to(tmp_path):
    with life(tmp_path, settings=PANEL) as node:
        node.run(100)
        outage(node)
        node.run(60_000, grid_mv=80_000, load_mv=80_000)
        assert closed(node) < 6
        node.run(60_000, **BACK)
        assert closed(node) == 6


def test_a_chip_without_calibration_says_so_and_sheds_and_returns_all_the_same(tmp_path):
    with life(tmp_path, settings=PANEL) as node:
        node.run(1_000, adc_fuses=0, adc_gain_permille=1_080)
        told = node.told("sense")
        assert [one["cause"] for one in told] == [
            "ADC without calibration: the level is good for 15 %"
        ]
        assert node.ask("status", "status")["calibrated"] is False
        outage(node)
        node.run(60_000)
        assert closed(node) == 6


def test_a_wrong_line_hz_is_told_at_the_start_and_delays_a_return_no_longer_than_set(tmp_path):
    words = "grid frequency out of its band, or line_hz wrong"
    with life(tmp_path, settings=PANEL) as node:
        node.run(40_000, load_mhz=60_000)
        assert causes(node, "sense") == [words]
        assert node.ask("status", "status")["sense"] == words
        outage(node)
        node.run(200_000)
        assert closed(node) < 6
        node.run(200_000)
        assert closed(node) == 6


def test_a_sense_that_chatters_takes_no_more_than_two_looks_a_round(tmp_path):
    with life(tmp_path, settings=PANEL) as node:
        node.run(60_000)
        before, began_ms = node.ask("status", "status")["cycles"], node.now_ms
        # 100 000 falls a second.
        node.run(5_000, grid_chatter=100)
        node.run(100, grid_chatter=0)
        rounds = (node.now_ms - began_ms) // 20
        assert rounds < node.ask("status", "status")["cycles"] - before <= 3 * rounds + 100


def test_the_fall_of_the_grids_sense_is_looked_at_at_once(tmp_path):
    with life(tmp_path, settings=PANEL) as node:
        node.run(60_003)
        node.told("grid")
        lost_ms = node.now_ms
        node.run(1_000, grid_mv=0)
        # The sense falls 15 ms after the last half cycle.
        first = node.told("grid")[0]
        assert first["cause"] == "grid lost"
        assert round(first["t"] * 1000) == lost_ms + 15


def test_a_contact_that_bounces_makes_one_island(tmp_path):
    with life(tmp_path, settings=PANEL) as node:
        node.run(60_000, islanded_bounce_ms=9)
        node.told("grid")
        node.run(3_000, **LOST)
        assert [one["to"] for one in node.told("grid")] == ["islanded"]
        node.run(3_000, **BACK)
        assert [one["to"] for one in node.told("grid")] == ["return-wait"]
