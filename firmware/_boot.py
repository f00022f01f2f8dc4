"""Frozen start-up: what the ESP32 port runs first of all, in the place of its own `_boot.py`.

When this file ends, the port looks for `boot.py` and `main.py` where `/` is mounted, which is
nowhere, and opens a REPL. So it ends for maintenance only; otherwise the node runs in here, and
starts again from reset if it ever stops.

Source: ports/esp32/main.c of MicroPython 1.25, mp_task.
"""

import sys
from machine import reset
from micropython import kbd_intr
from time import sleep

# So long the last words on the console can be read. Shorter than the watchdog's time.
_LAST_WORDS_S = 5

# Not a byte on the console may stop the control path: Ctrl-C would.
kbd_intr(-1)
# A file of that name, in whatever is mounted, must not replace a frozen or a built-in module.
sys.path[:] = (".frozen",)

wants_repl = False
try:
    from tomoshibi.node.start_up import start_up

    wants_repl = start_up()
except BaseException as error:
    sys.print_exception(error)
if not wants_repl:
    sleep(_LAST_WORDS_S)
    reset()
