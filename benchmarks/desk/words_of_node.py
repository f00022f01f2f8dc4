"""Boots the node that the environment names and prints the words that took heap to be kept.

After a minute, one `Q(word)` a line: what `micropython.qstr_info` shows.
"""

import sys

import desk
import desk_clock

AFTER_MS = 60_000


def report():
    # Not imported above: what this file needs is not the node's.
    import micropython

    micropython.qstr_info(1)
    sys.exit(0)


desk.set_up()
desk_clock.arm(desk_clock.event(report), AFTER_MS)

from tomoshibi.node.start_up import run  # noqa: E402 - after the desk has been set up

run("")
