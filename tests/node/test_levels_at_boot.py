"""No load is energised before the grid was judged, whichever level closes its relay.

Boards are the sub-meter with its relay rows changed: active high with the coil off in reset, or
active low with a pull-up.
"""

import re

import pytest

from benchmarks.on_desk import node
from tests.desk_bridge import ROOT
from tests.node.desk_nodes import seats

WATCHDOG = 8
PROGRAM = str(ROOT / "tests" / "helpers" / "relay_trace.py")
RELAYS = {f"relay{n}" for n in range(1, 7)}
HOLD_MS = 300_000


def board(folder, closes):
    text = (ROOT / "boards" / "submeter6" / "board.py").read_text(encoding="utf-8")
    text, count = re.subn(r"\((\d), (\d+), 1, 0\),", rf"(\1, \2, {closes}, {1 - closes}),", text)
    assert count == 6
    (folder / "board.py").write_text(text, encoding="utf-8")
    return f"{folder}:.frozen"


@pytest.mark.usefixtures("desk32")
@pytest.mark.parametrize("closes", [1, 0])
def test_no_relay_of_a_load_closes_before_the_hold_is_over(tmp_path, closes):
    path = board(tmp_path, closes)

    def life(**more):
        return node(
            "submeter6", PROGRAM, folder=tmp_path, MICROPYPATH=path, DESK_IP=seats(1)[0], **more
        )

    born = life()
    assert born["first"] == dict.fromkeys(RELAYS, 0)
    assert {name for _, name, _ in born["moves"]} == RELAYS
    assert min(t for t, _, _ in born["moves"]) >= HOLD_MS

    # A watchdog's reset leaves the pins as they were, closed; the boot's first act opens them.
    again = life(DESK_RESET_REASON=str(WATCHDOG))
    assert again["first"] == dict.fromkeys(RELAYS, 1)
    opened = [(t, name) for t, name, closed in again["moves"] if not closed]
    assert sorted(opened) == [(0, name) for name in sorted(RELAYS)]
    assert again["judged_ms"] > 0
    assert min(t for t, _, closed in again["moves"] if closed) >= HOLD_MS
