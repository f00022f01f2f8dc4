"""What the supervisor does with a job that goes step by step, without its looking after."""

import asyncio


async def stepping(job):
    while True:
        job.step()
        await asyncio.sleep_ms(job.period_ms)
