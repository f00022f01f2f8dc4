"""Keeps a shop's draw down while the grid is there, by its least important load.

A contract's basic charge follows the highest demand of a year. So the load of the highest tier goes
off when all draw more than ABOVE_W for ABOVE_S, and is asked for back when they, without it, have
drawn less than BELOW_W for BELOW_S. Between the two nothing changes. BELOW_W leaves room for it.
"""

import asyncio
from micropython import const

ABOVE_W = const(1_400)
ABOVE_S = const(10)
BELOW_W = const(400)
BELOW_S = const(120)
_ROUND_MS = const(1_000)


def tier(load) -> int:
    return load.tier


async def keep_down(app):
    """One round a second. `since_s`: since when it is time to move the load."""
    load = max(app.loads, key=tier)
    since_s = app.uptime_s()
    while True:
        if not _time_to_move(app.power_w(), load.asked_off):
            since_s = app.uptime_s()
        elif app.uptime_s() - since_s >= (BELOW_S if load.asked_off else ABOVE_S):
            # What is refused, in an island for one, is asked for again in the next round.
            app.request(load.number, load.asked_off)
        app.beat()
        await asyncio.sleep_ms(_ROUND_MS)


def _time_to_move(power_w: int, off: bool) -> bool:
    return power_w < BELOW_W if off else power_w > ABOVE_W


# Name, coroutine function, deadline between two beats in ms.
JOBS = (("keep down", keep_down, 5_000),)
