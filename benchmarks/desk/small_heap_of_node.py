"""Boots the node that the environment names in the heap it is given and prints what is left.

One JSON line, after a minute on the network and a collection: bytes free, and the largest piece.
"""

import json
import sys

import desk
import desk_clock

AFTER_MS = 60_000


def report():
    from tomoshibi.node import heap

    print(json.dumps(heap.left()))
    sys.exit(0)


desk.set_up()
desk_clock.arm(desk_clock.event(report), AFTER_MS)

from tomoshibi.node.start_up import run  # noqa: E402 - after the desk has been set up

run("")
