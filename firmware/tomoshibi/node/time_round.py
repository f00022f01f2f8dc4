"""What node.time_job does when it is time to ask: whom, and when again. Let go after that."""

from micropython import const
from random import randint
from typing import TYPE_CHECKING

from tomoshibi.node.heed_time import HEARD, LATER, REFUSED, WAITING
from tomoshibi.node.time_job import LOOK_MS

if TYPE_CHECKING:
    from tomoshibi.node.ask_controller import AskController
    from tomoshibi.node.ask_time import AskTime
    from tomoshibi.node.time_job import TimeJob

_HEAR_MS = const(50)

# Lamps of a street start together, and must not ask together: in this time after the first
# address, and later in so long and a random part of the same again.
_FIRST_S = const(10)
_AGAIN_S = const(14_400)
_LATER_S = const(60)
_KISSED_S = const(86_400)
# After silence: twice as long each time, and a random part of a quarter.
_SHORTEST_S = const(4)
_LONGEST_S = const(3_600)
_DOUBLINGS_MOST = const(10)


def go(job: TimeJob) -> None:
    """Take the next step: draw when to begin, ask, or look for an answer."""
    now_s = job.control.uptime.seconds
    if job.due_s < 0:
        job.due_s = now_s + randint(0, _FIRST_S)
    elif job.asking is None:
        _ask(job, now_s)
    else:
        _look(job, now_s)


def _ask(job: TimeJob, now_s: int) -> None:
    with_server = bool(job.server) and not (job.controller and job.misses % 2)
    # As if nobody answered, whatever happens.
    _plan_again(job, now_s)
    job.misses += 1
    try:
        job.asking = _question(job, with_server)
        job.period_ms = _HEAR_MS
    except OSError:
        pass


def _question(job: TimeJob, with_server: bool) -> AskTime | AskController:
    if with_server:
        from tomoshibi.node.ask_time import AskTime

        return AskTime(job.server, job.calendar, job.control)
    from tomoshibi.node.ask_controller import AskController

    link = job.echonet_job.link
    return AskController(job.controller, job.echonet_job, link, job.calendar, job.control)


def _plan_again(job: TimeJob, now_s: int) -> None:
    wait_s = min(_SHORTEST_S << min(job.misses, _DOUBLINGS_MOST), _LONGEST_S)
    job.due_s = now_s + wait_s + randint(0, wait_s // 4)


def _look(job: TimeJob, now_s: int) -> None:
    asking, job.asking = job.asking, None  # whatever it raises ends it
    if asking is None:
        return
    job.period_ms = LOOK_MS
    came = asking.look()
    if came == WAITING:
        job.asking = asking
        job.period_ms = _HEAR_MS
    elif came == HEARD:
        job.misses = 0
        job.heard_s = now_s
        job.due_s = now_s + _AGAIN_S + randint(0, _AGAIN_S)
    elif came == LATER:
        job.misses = 0
        job.due_s = now_s + _LATER_S
    elif came == REFUSED and not job.controller:
        job.misses = 0
        job.due_s = now_s + _KISSED_S
    else:
        if came == REFUSED:
            job.server = ""  # for good, as there is somebody else
        # Waiting for a controller's minute to turn may have taken longer than was planned.
        job.due_s = max(job.due_s, now_s + _SHORTEST_S)
