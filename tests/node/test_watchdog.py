"""The desk's watchdog seen from outside: status 3 and a last line on the console."""

import json
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATH = [ROOT / "stubs" / "unix", ROOT / "stubs" / "chips", ".frozen"]

HUNG_TASK = """
import asyncio, desk_clock, machine
desk_clock.install(desk_clock.{mode}, 0)
machine.WDT(timeout=400)
async def hang():
    await asyncio.sleep_ms(50)
    {body}
asyncio.run(hang())
"""


@pytest.mark.parametrize("size", ["desk32", "desk64"])
@pytest.mark.parametrize(
    ("mode", "body"),
    [("VIRTUAL", "await asyncio.sleep_ms(60_000)"), ("REAL", "while True: pass")],
)
def test_a_hung_node_ends_with_status_3(size, mode, body):
    program = ROOT / "build" / size
    if not program.exists():
        pytest.skip(f"no {program}; run `python3 -m bootstrap`")
    done = subprocess.run(
        [program, "-c", HUNG_TASK.format(mode=mode, body=body)],
        env=os.environ | {"MICROPYPATH": ":".join(map(str, PATH))},
        capture_output=True,
        text=True,
        timeout=10,
    )
    assert done.returncode == 3
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["event"] == "watchdog"
    assert last["timeout_ms"] == 400
    assert last["t"] >= 0.4
