"""The order of things on the desk: when simulated hardware acts, and who hears of it.

Simulated hardware (a timer, a byte on a UART, a pin that falls) is an *event*: a function and the
tick at which to call it. `DeskIOQueue` stands in for asyncio's own queue of waiting streams, so
that whenever every task waits, the next event runs and time passes as the mode says:

    REAL      the host's clock; events run when they are due, real descriptors are polled
    VIRTUAL   a held clock that jumps to the next task or event
    LOCKSTEP  as VIRTUAL, and the world link (an event like the others) halts it at each grant

A held clock may be *costed*: then time passes while Python runs, too, and what is due strikes
between two byte codes, whatever runs (boards/desk/common/costs.c).

All times are ticks (milliseconds, modulo 2**30), so an event may lie at most 6 days ahead.

The run order must not depend on addresses, which differ from run to run: waiters are kept in a
list in order of arrival, and events in asyncio's own pairing heap, which is stable, knows that
ticks wrap, is written in C and allocates nothing.
"""

import _desk
import asyncio
import select
from _asyncio import Task, TaskQueue
from micropython import const
from time import ticks_add, ticks_diff, ticks_ms

REAL = const(0)
VIRTUAL = const(1)
LOCKSTEP = const(2)

# In held modes sockets and stdin are looked at once in so many virtual milliseconds.
_HOST_POLL_MS = const(100)
# So many rounds without time passing are a busy loop; on the device time would pass in it.
_BUSY_ROUNDS = const(1_000)

_POLL = const(3)  # the ioctl request MP_STREAM_POLL
_READ, _WRITE, _STREAM, _FLAGS = const(0), const(1), const(2), const(3)

mode = REAL
costed = False
_events = TaskQueue()
_watched = []  # (native object, callback) pairs that every queue polls besides its waiters
_uptime_ms = 0
_uptime_tick = 0


class Deadlock(Exception):
    """Every task waits, and nothing is left that could wake one."""


def install(new_mode: int, epoch2000_s: int = 0, instruction_ps: int = 0) -> None:
    """Start the clock in `new_mode` and put DeskIOQueue in place of asyncio's queue.

    Forgets all events. A held clock begins at `epoch2000_s` (seconds since 2000-01-01 UTC).

    instruction_ps   what an instruction of RV32's takes, in picoseconds; 0: nothing. Raises
                     ValueError if the clock is not held, or nothing counts on this machine
    """
    global mode, costed, _uptime_ms, _uptime_tick
    mode = new_mode
    costed = instruction_ps != 0
    while _events.peek():
        _events.pop().state = None
    _watched.clear()
    if new_mode == REAL:
        _desk.follow()
    else:
        _desk.hold(epoch2000_s)
    if costed:
        import costs  # noqa: F401 - few runs are: for memory
    _desk.costs(instruction_ps, (_events, _run_overdue))
    _uptime_ms = 0
    _uptime_tick = ticks_ms()
    asyncio.core.IOQueue = DeskIOQueue
    asyncio.new_event_loop()


def uptime_ms() -> int:
    """Milliseconds since `install`. Does not wrap, if looked at once in 6 days."""
    global _uptime_ms, _uptime_tick
    now = ticks_ms()
    _uptime_ms += ticks_diff(now, _uptime_tick)
    _uptime_tick = now
    return _uptime_ms


def event(callback):
    """Return a new event that will call `callback()`; not yet due at any time.

    It is a C `Task` that never runs as one: `coro` holds the callback, `state` is True while the
    event is in the queue.
    """
    new = Task(callback)
    new.state = None
    return new


def arm(armed, delay_ms: int) -> None:
    """Make the event due `delay_ms` from now, wherever it was before. Allocates nothing."""
    if armed.state:
        _events.remove(armed)
    armed.state = True
    _events.push(armed, ticks_add(ticks_ms(), delay_ms))


def arm_at(armed, tick: int) -> None:
    """Make the event due at `tick`, wherever it was before. Allocates nothing."""
    if armed.state:
        _events.remove(armed)
    armed.state = True
    _events.push(armed, tick)


def disarm(armed) -> None:
    """Make sure that the event does not come."""
    if armed.state:
        _events.remove(armed)
        armed.state = None


def due(armed) -> int:
    """The tick at which the event is, or was last, due."""
    return armed.ph_key


def watch(native, callback) -> None:
    """Call `callback()` whenever `native` (which has a real descriptor) can be read. REAL only."""
    _watched.append((native, callback))
    asyncio.core._io_queue.poller.register(native, select.POLLIN)


def wait_for(native) -> None:
    """Let events come, and no task, until `native` can be read. REAL only.

    What the port does where it waits by itself, at the prompt.
    """
    poller = select.poll()
    poller.register(native, select.POLLIN)
    for watched, _ in _watched:
        poller.register(watched, select.POLLIN)
    while True:
        ready = poller.poll(_run_overdue())
        for watched, callback in list(_watched):
            if _flags_of(watched, ready):
                callback()
        if _flags_of(native, ready):
            return


class DeskIOQueue:
    """The interface of `asyncio.core.IOQueue` over simulated and real streams.

    A stream that has `ioctl` in Python (ThreadSafeFlag, our UART) is *soft* and asked after every
    event. One with a `fileno`, or with `desk_natives` (several native objects that belong
    together), is *hard* and polled through the host.
    """

    def __init__(self) -> None:
        self.map = []  # all waiters in order of arrival; asyncio asks only whether it is empty
        self._soft = []
        self._hard = []
        self.poller = select.poll()
        self._host_poll = event(self._on_host_poll)
        self._rounds = 0
        self._to_look = False
        for native, _ in _watched:
            self.poller.register(native, select.POLLIN)

    # -- what asyncio calls ------------------------------------------------------------------

    def queue_read(self, stream) -> None:
        self._enqueue(stream, _READ, select.POLLIN)

    def queue_write(self, stream) -> None:
        self._enqueue(stream, _WRITE, select.POLLOUT)

    def remove(self, task) -> None:
        """Forget a task that was cancelled while it waited."""
        for entry in list(self.map):
            if entry[_READ] is task:
                entry[_READ] = None
                self._narrow(entry, select.POLLOUT)
            if entry[_WRITE] is task:
                entry[_WRITE] = None
                self._narrow(entry, select.POLLIN)

    def wait_io_event(self, dt: int) -> None:
        """Wait at most `dt` ms (0: just look; negative: no limit) until a task may run."""
        for entry in self._soft:
            if entry[_STREAM].ioctl(_POLL, entry[_FLAGS]):
                self._wake_soft()
                dt = 0
                break
        if mode == REAL:
            self._wait_real(dt)
        elif costed:
            self._wait_costed(dt)
        elif dt == 0:
            self._pass_by()
        else:
            self._rounds = 0
            self._wait_held(dt)

    def look_outside(self) -> None:
        """Poll the host now, besides the usual rhythm."""
        if costed:
            # This may strike in the middle of asyncio, which is woken where it waits.
            self._to_look = True
        elif self._hard:
            self._poll_host(0)

    # -- waiting -----------------------------------------------------------------------------

    def _pass_by(self) -> None:
        # A task is ready. Events can be overdue only after a blocking sleep, or if they are
        # meant for this very instant.
        head = _events.peek()
        if head is not None and ticks_diff(head.ph_key, ticks_ms()) <= 0:
            _run(_events.pop())
        self._rounds += 1
        if self._rounds > _BUSY_ROUNDS:
            self._rounds = 0
            self._wait_held(1)

    def _wait_held(self, dt: int) -> None:
        # The hot loop: a quiet event (one that wakes nobody) costs one turn.
        events = _events
        tasks = asyncio.core._task_queue
        soft = self._soft
        diff, ticks, advance = ticks_diff, ticks_ms, _desk.advance
        while True:
            head = events.peek()
            if head is None:
                if dt < 0:
                    raise Deadlock("every task waits and nothing will come")
                advance(dt)
                return
            gap = diff(head.ph_key, ticks())
            if 0 <= dt < gap:
                advance(dt)
                return
            if gap > 0:
                advance(gap)
            head = events.pop()
            head.state = None
            head.coro()
            for entry in soft:
                if entry[_STREAM].ioctl(_POLL, entry[_FLAGS]):
                    self._wake_soft()
                    return
            task = tasks.peek()
            if task is not None:
                dt = diff(task.ph_key, ticks())
                if dt <= 0:
                    return

    def _wait_costed(self, dt: int) -> None:
        # Any event may have let a handler in, and that may have done anything.
        tasks = asyncio.core._task_queue
        end = ticks_add(ticks_ms(), max(0, dt))
        while True:
            if not _desk.rest(dt):
                raise Deadlock("every task waits and nothing will come")
            if self._to_look:
                self._to_look = False
                self._poll_host(0)
            for entry in self._soft:
                if entry[_STREAM].ioctl(_POLL, entry[_FLAGS]):
                    self._wake_soft()
                    return
            task = tasks.peek()
            if task is not None:
                end = task.ph_key
            elif dt < 0:
                continue
            dt = ticks_diff(end, ticks_ms())
            if dt <= 0:
                return

    def _wait_real(self, dt: int) -> None:
        while True:
            gap = _run_overdue()
            for entry in self._soft:
                if entry[_STREAM].ioctl(_POLL, entry[_FLAGS]):
                    self._wake_soft()
                    break
            task = asyncio.core._task_queue.peek()
            if task is not None:
                dt = max(0, ticks_diff(task.ph_key, ticks_ms()))
            elif gap < 0 and not self._hard and not _watched:
                raise Deadlock("every task waits and nothing will come")
            timed = dt if gap < 0 or 0 <= dt < gap else gap
            self._poll_host(timed)
            # asyncio takes a task as soon as it is told to wait without limit and we return.
            if dt >= 0:
                return

    # -- who waits ---------------------------------------------------------------------------

    def _enqueue(self, stream, slot: int, flag: int) -> None:
        task = asyncio.core.cur_task
        task.data = self  # so that cancelling the task finds its way to `remove`
        for entry in self.map:
            if entry[_STREAM] is stream:
                entry[slot] = task
                entry[_FLAGS] |= flag
                self._register(entry)
                return
        entry = [None, None, stream, flag]
        entry[slot] = task
        self.map.append(entry)
        if hasattr(stream, "fileno"):
            self._hard.append(entry)
            self._register(entry)
        else:
            self._soft.append(entry)

    def _register(self, entry) -> None:
        if entry not in self._hard:
            return
        for native in _natives(entry[_STREAM]):
            self.poller.register(native, entry[_FLAGS])
            if mode != REAL and not self._host_poll.state:
                arm(self._host_poll, _HOST_POLL_MS)

    def _narrow(self, entry, flag: int) -> None:
        """Wait on for `flag` only, or no more if nobody is left in that slot."""
        if entry[_READ] is not None or entry[_WRITE] is not None:
            entry[_FLAGS] = flag
            self._register(entry)
            return
        self.map.remove(entry)
        if entry in self._soft:
            self._soft.remove(entry)
            return
        self._hard.remove(entry)
        for native in _natives(entry[_STREAM]):
            self.poller.unregister(native)

    def _wake(self, entry, ready: int) -> None:
        push = asyncio.core._task_queue.push
        if ready & ~select.POLLOUT and entry[_READ] is not None:
            push(entry[_READ])
            entry[_READ] = None
            self._narrow(entry, select.POLLOUT)
        if ready & ~select.POLLIN and entry[_WRITE] is not None:
            push(entry[_WRITE])
            entry[_WRITE] = None
            self._narrow(entry, select.POLLIN)

    def _wake_soft(self) -> None:
        for entry in list(self._soft):
            ready = entry[_STREAM].ioctl(_POLL, entry[_FLAGS])
            if ready:
                self._wake(entry, ready)

    # -- real descriptors --------------------------------------------------------------------

    def _on_host_poll(self) -> None:
        if self._hard:
            self.look_outside()
            arm(self._host_poll, _HOST_POLL_MS)

    def _poll_host(self, timeout_ms: int) -> None:
        ready = self.poller.poll(timeout_ms)
        if not ready:
            return
        # Not in the order of `ready`, which goes by address.
        for entry in list(self._hard):
            flags = 0
            for native in _natives(entry[_STREAM]):
                flags |= _flags_of(native, ready)
            if flags:
                self._wake(entry, flags)
        for native, callback in list(_watched):
            if _flags_of(native, ready):
                callback()


def _natives(stream) -> tuple:
    return stream.desk_natives if hasattr(stream, "desk_natives") else (stream,)


def _flags_of(native, ready: list) -> int:
    for candidate, flags in ready:
        if candidate is native:
            return flags
    return 0


def _run_overdue() -> int:
    """Run what is due; return the time to the next event, -1 if there is none."""
    while True:
        head = _events.peek()
        if head is None:
            return -1
        gap = ticks_diff(head.ph_key, ticks_ms())
        if gap > 0:
            return gap
        _run(_events.pop())


def _run(overdue) -> None:
    overdue.state = None
    overdue.coro()
