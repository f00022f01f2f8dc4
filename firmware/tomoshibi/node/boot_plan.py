"""What to do at a boot, from a mark in RTC memory and the reset's cause. Pure.

RTC memory lives through resets and is lost at power-on. A mark is all of it: memory with anything
else in it is another's, and left alone.

    mark         reset cause                 what to do              new mark
    -----------  --------------------------  ----------------------  --------
    WANTED       hard (a commanded reset)    MAINTAIN                HELD
    HELD         soft (Ctrl-D, mpremote)     MAINTAIN                HELD
    MOUNTING     hard or watchdog            RUN_WITHOUT_FILES       none
    another's    any                         RUN                     as it is
    none, or a mark with any other cause     RUN                     MOUNTING

WANTED is set by the console's command `maintenance`. MOUNTING stands while the file system is
mounted: a boot that finds it died in there, or hung until the watchdog bit. Who has mounted sets
NOTHING. APPLICATION stands while an app.py of the board's runs, see node.find_app.
"""

from machine import HARD_RESET, SOFT_RESET, WDT_RESET
from micropython import const

RUN = const(0)
RUN_WITHOUT_FILES = const(1)
MAINTAIN = const(2)

NOTHING = b""
WANTED = b"tomoshibi: maintenance wanted"
HELD = b"tomoshibi: maintenance held"
MOUNTING = b"tomoshibi: mounting"
APPLICATION = b"tomoshibi: application"


def plan(memory: bytes, cause: int) -> tuple[int, bytes | None]:
    """Return what to do and the new mark; None: leave the memory alone.

    memory   all of RTC memory, whatever is in it
    cause    `machine.reset_cause()`
    """
    if memory not in (NOTHING, WANTED, HELD, MOUNTING, APPLICATION):
        return RUN, None
    if (memory == WANTED and cause == HARD_RESET) or (memory == HELD and cause == SOFT_RESET):
        return MAINTAIN, HELD
    if memory == MOUNTING and cause in (HARD_RESET, WDT_RESET):
        return RUN_WITHOUT_FILES, NOTHING
    return RUN, MOUNTING
