"""Thousands of hostile datagrams at a whole node on a real socket; it answers afterwards."""

import random

import pytest

from tests.node.desk_nodes import Asker, running, seats, wait_event

SEED = 20261122
DATAGRAMS = 1_500
# Good frames that are bent, laid out as in docs/echonet-lite.md, "Worked frames".
GOOD = [
    bytes.fromhex(text)
    for text in (
        "1081000105FF01028D016201E700",
        "1081000305FF01028D0161028101608204000041" + "00",
        "1081000405FF01028D006E01E001310280" + "00E200",
        "1081000505FF01028701" + "7401EA0B07EA0B160C1E000001E240",
        "1081000605FF010EF0006303D500D6009F00",
        "1081000705FF010291016001800131",
    )
]
PROBE = bytes.fromhex("1081BEEF05FF010EF001620180" + "00")
ALIVE = bytes.fromhex("1081BEEF0EF00105FF0172018001" + "30")


def bent(dice: random.Random) -> bytes:
    data = bytearray(dice.choice(GOOD))
    for _ in range(dice.randint(1, 4)):
        kind = dice.randrange(4)
        at = dice.randrange(len(data)) if data else 0
        if kind == 0 and data:
            data[at] = dice.randrange(256)
        elif kind == 1:
            del data[at:]
        elif kind == 2:
            data += data[at:] * dice.randint(1, 40)
        else:
            data += dice.randbytes(dice.randint(1, 20))
    return bytes(data[:1_600])


def hostile(dice: random.Random) -> bytes:
    kind = dice.randrange(20)
    if kind == 0:
        return b""
    if kind == 1:
        return dice.randbytes(dice.randint(1, 1_600))
    return bent(dice)


def probe(asker: Asker, ip: str) -> None:
    """Ask the node something only a node that lives answers, past what it still has to say.

    What waits behind an empty datagram is lost with the socket, the first question often with it.
    """
    for patience_s in (0.2, 0.2, 2.0, 2.0, 2.0):
        asker.throw(PROBE, ip)
        while (answer := asker.catch(patience_s)) is not None:
            if answer == ALIVE:
                return
    pytest.fail("the node does not answer any more")


@pytest.mark.usefixtures("desk32")
@pytest.mark.parametrize("board", ["submeter6", "streetlight"])
def test_a_node_survives_hostile_datagrams(board, tmp_path):
    ours, theirs = seats(2)
    dice = random.Random(SEED)
    with running(board, theirs, tmp_path) as node, Asker(ours) as asker:
        for number in range(DATAGRAMS):
            asker.throw(hostile(dice), theirs)
            if number % 50 == 49:
                # A socket's queue holds a few hundred; what overflows would test nothing.
                probe(asker, theirs)
        probe(asker, theirs)
        node.type(b"status\n")
        status = wait_event(node, lambda event: event["event"] in ("status", "fault"), 10)
        assert status["event"] == "status"
        # Of 20 datagrams one is empty, one is noise of up to 1600 bytes, the others are bent.
        assert status["empty"]
        assert status["too_long"]
        assert status["discarded"] > DATAGRAMS // 10
        assert node.alive
        assert not [line for line in node.lines() if '"fault"' in line]
