"""Ctrl-C on a node's console: the desk obeys it as the chip does, and a node does not listen."""

import os
import subprocess

import pytest

from tests.desk_bridge import ROOT
from tests.node.held_nodes import life

READER = """
import asyncio, sys, desk_clock, micropython
desk_clock.install(desk_clock.REAL, 0)
{before}
async def read():
    reader = asyncio.StreamReader(sys.stdin.buffer)
    while byte := await reader.read(1):
        print(byte[0])
try:
    asyncio.run(read())
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize("size", ["desk32", "desk64"])
@pytest.mark.parametrize(
    ("before", "typed", "heard"),
    [
        ("", b"\x03", ["interrupted"]),
        ("", b"A\x03B", ["65", "interrupted"]),
        ("micropython.kbd_intr(-1)", b"A\x03B", ["65", "3", "66"]),
    ],
)
def test_the_desk_takes_the_byte_as_the_chip_does(size, before, typed, heard):
    program = ROOT / "build" / size
    if not program.exists():
        pytest.skip(f"no {program}; run `python3 -m bootstrap`")
    done = subprocess.run(
        [program, "-c", READER.format(before=before)],
        env=os.environ | {"MICROPYPATH": ".frozen"},
        input=typed,
        capture_output=True,
        timeout=10,
    )
    assert done.stdout.decode().split() == heard


@pytest.mark.parametrize("board", ["submeter6", "streetlight"])
def test_a_running_node_does_not_listen_to_ctrl_c(desk32, tmp_path, board):  # noqa: ARG001
    with life(tmp_path, board) as node:
        node.run(1_000)
        node.node.type(b"\x03\x03\n\x04\n")
        node.run(2_000)
        cycles = node.ask("status", "status")["cycles"]
        assert cycles > 100
        assert node.ask("status", "status")["cycles"] > cycles
