"""Runs the node that the environment names for DESK_HOUR_MS of virtual time."""

import json
import sys
from os import getenv

import desk
import desk_clock


def report():
    print(json.dumps({"uptime_ms": desk_clock.uptime_ms()}))
    sys.exit(0)


desk.set_up()
desk_clock.arm(desk_clock.event(report), int(getenv("DESK_HOUR_MS")))

from tomoshibi.node.start_up import run  # noqa: E402 - after the desk has been set up

run("")
