"""What the ESP32 port does with files of the chip's at start-up.

Source: ports/esp32/main.c of MicroPython 1.25, mp_task; shared/runtime/pyexec.c.
"""

import sys
from machine import soft_reset
from micropython import const, kbd_intr

import _stack

_CTRL_C = const(3)
# Of the task that runs Python: 16 KiB less a margin of 1 KiB (ports/esp32/mpthreadport.h and
# mpconfigport.h). A machine with words twice as long takes twice as much.
_STACK = const(15_360)


def limit_stack() -> None:
    """From here on Python may go as deep as on the chip."""
    _stack.limit(_STACK if sys.maxsize == 0x7FFFFFFF else 2 * _STACK)


def run_files(with_main: bool = True) -> None:
    """Run boot.py and, unless it raised, main.py, if the chip has them."""
    try:
        if _run_file("boot.py") and with_main:
            _run_file("main.py")
    except SystemExit:
        soft_reset()


def _run_file(name: str) -> bool:
    """False if it raised."""
    try:
        with open(name) as file:
            source = file.read()
    except OSError:
        return True
    return run(source, name, {"__name__": "__main__"})


def run(source: str, name: str, names: dict, kind: str = "exec", end_of_output: str = "") -> bool:
    """Run a program, which Ctrl-C interrupts; False if it raised, after a traceback.

    Raises SystemExit if it did: that asks for a soft reset.
    """
    try:
        kbd_intr(_CTRL_C)
        exec(compile(source, name, kind), names)
        return True
    except SystemExit:
        raise
    except BaseException as error:
        sys.stdout.write(end_of_output)
        sys.print_exception(error)
        return False
    finally:
        kbd_intr(-1)
