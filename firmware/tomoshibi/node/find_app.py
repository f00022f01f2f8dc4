"""Finds the board's own application, the file app.py in its image, and makes jobs of it.

What is wrong with one is no reason for a node not to run: it is reported, and the rest goes on.
"""

from machine import RTC
from typing import TYPE_CHECKING

from tomoshibi.node.boot_cause import CRASH, WATCHDOG
from tomoshibi.node.boot_plan import APPLICATION, NOTHING

if TYPE_CHECKING:
    from tomoshibi.node.foundation import Foundation
    from tomoshibi.node.job import Job

_NONE = "no module named 'app'"


def app_jobs(base: Foundation, ran_before: bool) -> list[Job]:
    """Return the jobs of the board's app.py: none without one, one that reports it if it is wrong.

    ran_before   one ran when the reset came. If that was the watchdog's or a crash, it is left out
                 until the next reset: what hung once would hang again
    """
    if ran_before and base.cause in (WATCHDOG, CRASH):
        from tomoshibi.node.app_job import AppLeftOut, Reporter

        return [Reporter(AppLeftOut("watchdog" if base.cause == WATCHDOG else "crash"))]
    rtc = RTC()
    unmarked = rtc.memory() == NOTHING
    if unmarked:
        rtc.memory(APPLICATION)
    try:
        # Code that nobody of ours has seen: it may raise anything.
        from app import JOBS
    except BaseException as error:
        if isinstance(error, ImportError) and error.args == (_NONE,):
            if unmarked:
                rtc.memory(NOTHING)
            return []
        from tomoshibi.node.app_job import AppFailed, Reporter

        return [Reporter(error if isinstance(error, Exception) else AppFailed(error))]
    from tomoshibi.node.app_job import jobs

    return jobs(JOBS, base)
