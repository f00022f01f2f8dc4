"""How fast the desk is: virtual seconds a real second, codec frames a second."""

import tempfile
import time
from pathlib import Path

from benchmarks.memory import BOARDS
from benchmarks.on_desk import ROOT, node, run

HOUR_S = 3600
AIM_VIRTUAL_S_PER_S = 1000
_VECTORS = ROOT / "tests" / "vectors" / "echonet_frames.txt"


def virtual_time() -> dict:
    """Virtual seconds per real second of one whole node, control path every 20 ms."""
    result = {}
    for board in BOARDS:
        started = time.perf_counter()
        node(board, "hour_of_node.py", DESK_HOUR_MS=str(HOUR_S * 1000))
        spent_s = time.perf_counter() - started
        result[board] = {
            "virtual_s_per_s": round(HOUR_S / spent_s),
            "aim": AIM_VIRTUAL_S_PER_S,
        }
    return result


def codec() -> dict:
    """Frames parsed a second: ours on desk32 and on CPython, pychonet's on CPython."""
    frames = _frames()
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(frame.hex() for frame in frames))
        file.flush()
        ours_desk = run("codec.py", file.name)["frames_per_s"]
    from pychonet.lib.functions import decodeEchonetMsg

    theirs = _rate(decodeEchonetMsg, [bytearray(frame) for frame in frames])
    from wire.echonet import Frame

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
    done, started = 0, time.perf_counter()
    while time.perf_counter() - started < 1:
        for frame in frames:
            decode(frame)
        done += len(frames)
    return round(done / (time.perf_counter() - started))
