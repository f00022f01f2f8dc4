"""benchmarks: what is made of several runs, and what a missed aim does."""

import json

import pytest

from benchmarks import __main__ as bench
from benchmarks.speed import medians

GOOD = {
    "heap": {
        "submeter6": {
            "frozen_bytes": 9,
            "aim_frozen_bytes": 10,
            "parts": {"data of storage": 5, "tasks and the rest": 4},
            "small": {
                "free_bytes": 9,
                "largest_free_bytes": 9,
                "aim_free_bytes": 9,
                "aim_largest_free_bytes": 9,
            },
            "loaded_mpy_bytes": 1,
            "asyncio_bytes": 1,
        }
    },
    "load": {"submeter6": {"largest_free_bytes": 9, "aim_largest_free_bytes": 9, "faults": 0}},
    "control_cycle": {
        "turn_us": 0.1,
        "quiet_us": 5.0,
        "quiet_bytes": 0,
        "first_cut_us": 58.0,
        "first_cut_bytes": 0,
    },
    "virtual_time": {"submeter6": {"virtual_s_per_s": 1_200, "aim": 1_000}},
    "codec": {
        "desk32_frames_per_s": 1,
        "cpython_frames_per_s": 1,
        "pychonet_cpython_frames_per_s": 1,
    },
    "flash": {
        "years": 20,
        "aim_years": 15,
        "registers": [
            {
                "circuits": 6,
                "watts": 500,
                "records_a_sector": 90,
                "sector_s": 100,
                "erases_by_sector_and_year": 1,
                "years": 20,
            }
        ],
        "append": {
            "registers": {"bytes": 0},
            "half_hour": {"bytes": 0},
            "event": {"bytes": 32},
            "keyed_event": {"bytes": 64},
        },
    },
    "deploy": {
        "image_build_s": 1.0,
        "as_image": {
            "seconds": 1.0,
            "bytes_to_board": 9,
            "bytes_from_board": 1,
            "round_trips": 10,
        },
        "as_files": {
            "seconds": 5.0,
            "bytes_to_board": 99,
            "bytes_from_board": 1,
            "round_trips": 100,
        },
        "fewer_round_trips": 10.0,
        "faster": 5.0,
        "one_board_s": 2.0,
        "eight_boards_s": 9.0,
    },
    "provision": {"runs_s": [2.0, 2.1, 4.0], "median_s": 2.1, "aim_s": 3.0},
    "reaction": {
        "erase, 10 ns": {"worst_ms": 60.0, "aim_ms": 100},
        "slow, 10 ns": {"worst_ms": 400.0, "aim_ms": None},
    },
}


def test_of_several_runs_the_median_time_and_the_most_bytes_count():
    runs = [{"first_cut_us": us, "first_cut_bytes": taken} for us, taken in ((58, 0), (8_288, 16))]
    runs.append({"first_cut_us": 61, "first_cut_bytes": 0})
    assert medians(runs) == {"first_cut_us": 61, "first_cut_bytes": 16}


@pytest.mark.parametrize(
    ("part", "name", "value", "told"),
    [
        ("", "", 0, ""),
        ("provision", "median_s", 3.0, "a node provisioned: 3.0 s, aim < 3 s"),
        ("heap", "frozen_bytes", 11, "heap of submeter6, frozen: 11 B, aim <= 10 B"),
        ("load", "faults", 1, "a day under load, submeter6: piece free: 9 B, 1 faults, aim >= 9 B"),
        (
            "reaction",
            "erase, 10 ns",
            {"worst_ms": 100.1, "aim_ms": 100},
            "reaction, erase, 10 ns: 100.1 ms, aim <= 100 ms",
        ),
        ("virtual_time", "virtual_s_per_s", 999, "virtual s per real s, submeter6: 999"),
    ],
)
def test_a_missed_aim_is_status_1_after_all_was_measured_and_shown(
    monkeypatch, tmp_path, capsys, part, name, value, told
):
    results = json.loads(json.dumps(GOOD))
    if part:
        results[part].get("submeter6", results[part])[name] = value
    for module, measure, key in (
        (bench.memory, "measure", "heap"),
        (bench.load, "measure", "load"),
        (bench.flash, "measure", "flash"),
        (bench.deploy, "measure", "deploy"),
        (bench.provision, "measure", "provision"),
        (bench.reaction, "measure", "reaction"),
        (bench.speed, "control_cycle", "control_cycle"),
        (bench.speed, "virtual_time", "virtual_time"),
        (bench.speed, "codec", "codec"),
    ):
        monkeypatch.setattr(module, measure, lambda key=key: results[key])
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    assert bench.main() == (1 if part else 0)
    said = capsys.readouterr()
    assert "an event, allocated" in said.out
    assert said.err.startswith(f"aim missed: {told}") if part else said.err == ""
    written = json.loads((tmp_path / "build" / "bench" / "bench.json").read_text())
    assert {key: written[key] for key in GOOD} == results


def test_what_a_wire_takes_is_computed_from_bytes_and_round_trips():
    way = {"seconds": 1, "bytes_to_board": 100_000, "bytes_from_board": 15_200, "round_trips": 500}
    # By hand: 115,200 bytes of 10 bits are 10 s, 500 round trips of 1 ms half a second.
    assert bench.deploy.on_a_wire(way, 115_200) == 11.5
