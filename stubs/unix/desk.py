"""A whole node on the desk: reads the environment, wires the board's twin, runs the firmware.

    DESK_BOARD   submeter6 or streetlight (its folder in boards/ must be on MICROPYPATH)
    DESK_IP      address of the node; empty: no network
    DESK_CLOCK   real, virtual, lockstep, or costed: virtual, and running Python takes time
    DESK_COST_PS what an instruction of RV32's takes, in picoseconds, on a clock that is held;
                 costed: as `costs` says unless told, the others: nothing
    DESK_START   calendar at boot, seconds since 2000-01-01 UTC (held clocks)
    DESK_SEED    makes runs repeatable and nodes different
    DESK_LINK    "r,w": descriptors of the world link; without it conditions stand still
    DESK_WLAN    what goes wrong with the radio and its network (see `network`)
    DESK_RUN_MS  virtual clock: end after so many milliseconds

What the chip was before it started is said by DESK_RESET_REASON, DESK_SOFT_RESET, DESK_KEPT and
DESK_KEEPS_LEVELS (see resets); its flash is DESK_FLASH.

Statuses: 0 ended as asked, 2 wrong environment, address in use or a part of the board damaged,
3 watchdog, 4 and 5 the firmware asked for a reset.
"""

import _desk
import sys
from micropython import const, kbd_intr
from os import getenv

import _reset

import desk_clock
import port
import resets

_MODES = {"real": desk_clock.REAL, "virtual": desk_clock.VIRTUAL, "lockstep": desk_clock.LOCKSTEP}
# Virtual, and running takes time.
_COSTED = "costed"
_WRONG = const(2)
_CTRL_D = const(4)
_DAY_MS = const(86_400_000)


def main() -> None:
    """Run one node until it ends."""
    resets.end = _reset.end
    set_up()
    _desk.hardware(_leave_the_host)()
    _run_as_the_port_does()


def _leave_the_host() -> None:
    """From here on files are the chip's, and modules found as there; `board` has been."""
    from esp32 import Partition

    import vfs

    import app_file

    app_file.bring_in()
    Partition.open_chip()
    vfs.umount("/")
    sys.path[:] = ("", ".frozen", "/lib")


def _run_as_the_port_does() -> None:
    """Source: ports/esp32/main.c, mp_task: start-up, what the file system has, a REPL."""
    kbd_intr(-1)
    port.limit_stack()
    try:
        import _boot  # noqa: F401 - the firmware's, from the frozen image
    except BaseException as error:
        sys.print_exception(error)
    port.run_files()
    _wait_in_place_of_a_repl()


def _wait_in_place_of_a_repl() -> None:
    """There is none on the desk; but Ctrl-D makes a soft reset, as it does at the prompt."""
    import asyncio
    from machine import soft_reset

    async def wait() -> None:
        reader = asyncio.StreamReader(sys.stdin.buffer)
        while key := await reader.read(1):
            if key[0] == _CTRL_D:
                soft_reset()
        while True:
            await asyncio.sleep_ms(60_000)

    print('{"t": 0.000, "event": "repl", "desk": "here the chip opens a REPL; this takes Ctrl-D"}')
    asyncio.run(wait())


def set_up():
    """Make the clock, the board's twin and the world as the environment says; the twin."""
    import random

    resets.begin()
    clock = getenv("DESK_CLOCK") or "real"
    cost_ps = int(getenv("DESK_COST_PS") or 0)
    if clock == _COSTED:
        from costs import INSTRUCTION_PS  # few runs are: for memory

        clock = "virtual"
        cost_ps = cost_ps or INSTRUCTION_PS
    if clock not in _MODES:
        _refuse("DESK_CLOCK is %s; real, virtual, costed or lockstep" % clock)
    if cost_ps < 0 or (cost_ps and clock == "real"):
        _refuse("DESK_COST_PS is %d; DESK_CLOCK=real knows no costs" % cost_ps)
    random.seed(int(getenv("DESK_SEED") or 0))
    desk_clock.install(_MODES[clock], int(getenv("DESK_START") or 0), cost_ps)
    return _desk.hardware(_solder)(clock)


def _solder(clock: str):
    """The twin, in its world. It is there before the node is: that takes no time."""
    import socket

    socket.on_in_use = _in_use
    twin = _twin()
    twin.set(twin.alone())
    link = getenv("DESK_LINK")
    if link:
        _join_world(link, twin, clock)
    elif clock == "lockstep":
        _refuse("DESK_CLOCK=lockstep needs a world on DESK_LINK")
    else:
        # Not in the firmware's own call: that may be its control path, with the heap locked.
        react = desk_clock.event(lambda: twin.set(twin.alone()))
        twin.outputs.on_change = lambda: desk_clock.arm(react, 0)
    run_ms = getenv("DESK_RUN_MS")
    if run_ms:
        if clock != "virtual":
            _refuse("DESK_RUN_MS is for DESK_CLOCK=virtual")
        _Curfew(int(run_ms)).begin()
    return twin


def _twin():
    name = getenv("DESK_BOARD") or ""
    try:
        import board
    except ImportError:
        _refuse("no board.py on MICROPYPATH")
    if name != board.NAME:
        _refuse("DESK_BOARD is %s, but board.py is of %s" % (name, board.NAME))
    from own_parts import NoModel
    from twin import Twin

    try:
        return Twin()
    except NoModel as missing:
        _refuse(str(missing))


def _join_world(link: str, twin, clock: str) -> None:
    from world_link import WorldLink

    if clock == "virtual":
        _refuse("a world needs DESK_CLOCK=lockstep or real")
    read_fd, write_fd = link.split(",")
    WorldLink(int(read_fd), int(write_fd), twin).open()


class _Curfew:
    """Ends the node after `left_ms`, in steps, as an event cannot lie far ahead."""

    def __init__(self, left_ms: int) -> None:
        self._left_ms = left_ms
        self._event = desk_clock.event(self.begin)

    def begin(self) -> None:
        if self._left_ms <= 0:
            resets.end(0)
        step_ms = min(self._left_ms, _DAY_MS)
        self._left_ms -= step_ms
        desk_clock.arm(self._event, step_ms)


def _in_use(ip: str, port: int) -> None:
    _refuse("%s:%d is in use" % (ip, port))


def _refuse(why: str) -> None:
    print("desk: " + why, file=sys.stderr)
    resets.end(_WRONG)
