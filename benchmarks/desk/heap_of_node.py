"""Boots the node that the environment names and prints its heap after a minute.

One JSON line: bytes in use before the firmware was imported (the desk's own stand-ins and chips)
and with it running, both after a collection.
"""

import gc
import json
import sys

import desk
import desk_clock

AFTER_MS = 60_000


def report():
    gc.collect()
    print(json.dumps({"heap": {"desk": before, "all": gc.mem_alloc(), "free": gc.mem_free()}}))
    sys.exit(0)


desk.set_up()
gc.collect()
before = gc.mem_alloc()
desk_clock.arm(desk_clock.event(report), AFTER_MS)

import main  # noqa: E402 - what importing costs is what is measured

main.run()
