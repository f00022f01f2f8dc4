"""A node at the speed of its chip: stopped 99 ms of every 100, it gets a hundredth of this machine.

So slow, one datagram that asks six branches for 255 days of half hours each was enough for the
watchdog of 8 s: the node answered all of it in one go.
"""

import os
import signal
import threading
import time
from contextlib import contextmanager

import pytest

from tests.node.desk_nodes import Asker, running, seats

PERIOD_S = 0.1
SHARE = 0.01
ALL_HISTORY = bytes.fromhex("1081000105FF01028D0062FF") + bytes.fromhex("E200") * 255
GET_LIST = bytes.fromhex("1081000205FF010EF0016201D600")
# Half of the watchdog's time: between two answers everything else in the node has its turn.
LIMIT_S = 4.0


@contextmanager
def throttled(pid):
    """The process runs for SHARE of each period only."""
    end = threading.Event()

    def work():
        while not end.is_set():
            os.kill(pid, signal.SIGSTOP)
            time.sleep(PERIOD_S * (1 - SHARE))
            os.kill(pid, signal.SIGCONT)
            time.sleep(PERIOD_S * SHARE)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()


@pytest.mark.usefixtures("desk32")
def test_one_datagram_that_asks_for_everything_is_answered_and_the_watchdog_is_fed(tmp_path):
    ours, theirs = seats(2)
    with running("submeter6", theirs, tmp_path) as node, Asker(ours) as asker:
        assert node.pid
        with throttled(node.pid):
            asker.throw(ALL_HISTORY, theirs)
            asker.throw(GET_LIST, theirs)
            answers = [asker.catch(LIMIT_S) for _ in range(7)]
        assert [answer[4:7].hex() if answer else None for answer in answers] == [
            *(f"028d0{number}" for number in range(1, 7)),
            "0ef001",
        ]
        assert node.alive
