"""How fast the desk is: virtual seconds a real second, codec frames a second."""

import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.memory import BOARDS
from benchmarks.on_desk import ROOT, node, run

HOUR_S = 3600
AIM_VIRTUAL_S_PER_S = 1000
# Runs behind a median: of what takes a second, and of what takes several.
_RUNS = 5
_HOURS = 3
_RATE_S = 0.3
_VECTORS = ROOT / "tests" / "vectors" / "echonet_frames.txt"


def control_cycle() -> dict:
    """Times of control cycles, medians of several runs; bytes taken, the most of any run."""
    return medians([run("control_cycle.py") for _ in range(_RUNS)])


def medians(runs: list[dict]) -> dict:
    """One result of several: the median of each time, the largest of each count.

    A machine that does something else for a moment makes a time longer, and a count not.
    """
    return {
        key: (median if key.endswith("_us") else max)(one[key] for one in runs) for key in runs[0]
    }


def virtual_time() -> dict:
    """Virtual seconds per real second of one whole node, control path every 20 ms; medians."""
    result = {}
    for board in BOARDS:
        spent_s = median(_hour_s(board) for _ in range(_HOURS))
        result[board] = {
            "virtual_s_per_s": round(HOUR_S / spent_s),
            "aim": AIM_VIRTUAL_S_PER_S,
        }
    return result


def _hour_s(board: str) -> float:
    """Real time that one virtual hour takes, s."""
    started = time.perf_counter()
    node(board, "hour_of_node.py", DESK_HOUR_MS=str(HOUR_S * 1000))
    return time.perf_counter() - started


def codec() -> dict:
    """Frames parsed a second: ours on desk32 and on CPython, pychonet's on CPython; medians."""
    frames = _frames()
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(frame.hex() for frame in frames))
        file.flush()
        ours_desk = median(run("codec.py", file.name)["frames_per_s"] for _ in range(_HOURS))
    from pychonet.lib.functions import decodeEchonetMsg

    theirs = _rate(decodeEchonetMsg, [bytearray(frame) for frame in frames])
    from tomoshibi.wire.echonet import Frame

    view = Frame()

    def ours(data: bytes) -> None:
        view.parse(data, len(data))
        for _ in view.blocks():
            pass

    return {
        "frames": len(frames),
        "desk32_frames_per_s": ours_desk,
        "cpython_frames_per_s": _rate(ours, frames),
        "pychonet_cpython_frames_per_s": theirs,
        "desk32_to_pychonet": round(ours_desk / theirs, 2),
    }


def _frames() -> list[bytes]:
    lines = Path(_VECTORS).read_text().splitlines()
    return [bytes.fromhex(line.partition("#")[0]) for line in lines if line.partition("#")[0]]


def _rate(decode, frames) -> int:
    return round(median(_rate_once(decode, frames) for _ in range(_RUNS)))


def _rate_once(decode, frames) -> float:
    done, started = 0, time.perf_counter()
    while time.perf_counter() - started < _RATE_S:
        for frame in frames:
            decode(frame)
        done += len(frames)
    return done / (time.perf_counter() - started)
