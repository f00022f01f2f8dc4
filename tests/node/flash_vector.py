"""Makes the chip that a release is remembered by: `python -m tests.node.flash_vector FILE`.

A node lives for some seven minutes on known powers, with an identity, settings, a half hour,
a lock, a start value and two power cuts. Its chip, packed, is kept in tests/vectors, for all later
firmware to boot on (test_flash_vectors).
"""

import json
import lzma
import sys
import tempfile
from pathlib import Path

from tests.node.held_nodes import NOON_S, chip, life

SETTINGS = {
    "name": "before",
    "wifi_ssid": "desk",
    "return_hold_s": 5,
    "stagger_s": 0,
    "loads": [{"name": f"load {n}", "tier": min(n, 4)} for n in range(1, 7)],
}
IDENTITY = {
    "serial": "TM-000042",
    "hardware": "C",
    "secret": "7e" * 32,
    "calibration": {"jig": "J1", "date": "2026-11-27", "counter": 3},
}
KEY = {"key": "a1" * 32}  # of releases that know one
# mW on branches, 1 to 6, for so many ms: 50 Wh into branch 1, 25 Wh out of branch 6.
POWERS = {"p1_mw": 1_800_000, "p6_mw": -900_000}
SPAN_MS = 100_000
START_VALUE_WH = 4_711


def make(folder: Path, keyed: bool) -> None:
    """The chip of the node that lived in `folder`."""
    none = dict.fromkeys(POWERS, 0)
    # 12:30 comes right after the powers.
    with life(folder, settings=SETTINGS, start_s=NOON_S + 1_800 - 332) as node:
        node.run(120_000, **none)  # all loads have returned
        node.ask("identify - " + json.dumps(IDENTITY), "identified")
        if keyed:
            node.ask("identify - " + json.dumps(KEY), "identified")
        node.run(330_000 - node.now_ms - SPAN_MS, **none)
        node.run(SPAN_MS, **POWERS)
        node.run(3_000, **none)
        node.ask("load 3 lock", "load")
        node.ask(f"start 2 {START_VALUE_WH} 12", "start value")
        node.run(2_000)
        node.cut()
    with life(folder, settings=SETTINGS, start_s=NOON_S + 2_000) as node:
        node.run(60_000, **none)
        node.cut()


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, keyed="--no-key" not in sys.argv)
        Path(sys.argv[1]).write_bytes(lzma.compress(chip(folder).read_bytes(), preset=9))


if __name__ == "__main__":
    main()
