"""The console: one JSON object a line in both directions, put together.

    {"t": 12.340, "event": "grid", "from": "normal", "to": "islanded", "cause": "…", …}

`t` is uptime in seconds. What stands in an event's line: wire.events. Plain Python, so that the
host tools use this same file.
"""

import json

# Answers to whoever asked, by their `event`: nothing has happened.
ANSWERS = ("challenge", "help", "loads", "points", "read", "settings", "status", "why")


def line(uptime_s: int, millis: int, fields: dict) -> str:
    """One console line; `t` is put together from integers, which a 32-bit float could not hold."""
    return '{"t": %d.%03d, %s' % (uptime_s, millis, json.dumps(fields)[1:])
