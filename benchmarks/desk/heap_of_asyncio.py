"""Prints what asyncio takes of the heap once every part of it that the firmware uses is loaded."""

import gc
import json

gc.collect()
before = gc.mem_alloc()

import asyncio  # noqa: E402 - it is what is measured

# Its parts are loaded when they are first named.
used = (asyncio.sleep_ms, asyncio.create_task, asyncio.run)
gc.collect()
print(json.dumps({"asyncio_bytes": gc.mem_alloc() - before}))
