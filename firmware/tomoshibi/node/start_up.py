"""What comes before a node: outputs, watchdog, file system; or maintenance instead of a node."""

import gc
from machine import RTC, WDT, Timer, reset, reset_cause
from micropython import const

import board
from tomoshibi.node import boot_plan, files, outputs

_MAINTENANCE_MS = const(900_000)
# So much is allocated between two collections. Without, garbage fills the heap to its end and what
# stays comes to lie all over it: of 20 KiB free no datagram's 1.5 KiB would be in one piece.
_COLLECT_AFTER_BYTES = const(12_288)
# Not one that a person at the REPL takes first.
_MAINTENANCE_TIMER = const(3)


def start_up() -> bool:
    """Run the node. Returns, True, if a REPL is wanted in its place."""
    outputs.to_reset()
    rtc = RTC()
    memory = rtc.memory()
    what, mark = boot_plan.plan(memory, reset_cause())
    if mark is not None:
        rtc.memory(mark)
    if what == boot_plan.MAINTAIN:
        _hold()
        return True
    watchdog = WDT(timeout=board.WATCHDOG_MS)
    found = files.DAMAGED if what == boot_plan.RUN_WITHOUT_FILES else files.mount_files()
    if mark is not None:
        rtc.memory(boot_plan.NOTHING)
    gc.collect()
    watchdog.feed()
    try:
        run(found, memory == boot_plan.APPLICATION)
    finally:
        # The last words take their time.
        watchdog.feed()
    return False


def run(found: str, app_ran: bool = False) -> None:
    """Assemble the node and supervise it, for ever. The arguments are those of assemble.build."""
    gc.threshold(_COLLECT_AFTER_BYTES)
    # Imported here: in maintenance the memory is the REPL's, else the heap is emptiest now.
    import asyncio

    from tomoshibi.node.assemble import build

    node, jobs = build(found, app_ran)
    asyncio.run(node.run(jobs))


def _hold() -> None:
    """Have maintenance end by itself. A soft reset kills the timer and comes by here again."""
    Timer(_MAINTENANCE_TIMER).init(
        mode=Timer.ONE_SHOT, period=_MAINTENANCE_MS, callback=lambda _timer: reset()
    )
    files.mount_files()
    print('{"t": 0.000, "event": "maintenance", "ends_s": %d}' % (_MAINTENANCE_MS // 1000))
