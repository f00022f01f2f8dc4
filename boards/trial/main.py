"""Start-up of a trial image: a stock MicroPython runs it, with the files of `vfs` mounted at `/`.

It does what firmware/_boot.py does, as far as that can be had this late: the port's own start-up
has come before, which waits for ever on a damaged file system and ends at a Ctrl-C.
"""

import sys
from machine import reset
from micropython import kbd_intr
from time import sleep

# So long the last words on the console can be read. Shorter than the watchdog's time.
_LAST_WORDS_S = 5

kbd_intr(-1)
print(
    '{"t": 0.000, "event": "trial", "text": "a trial image, without our start-up: '
    'a damaged file system, or Ctrl-C while it boots, keeps the node from running"}'
)

wants_repl = False
try:
    from tomoshibi.node import files
    from tomoshibi.node.start_up import start_up

    # The port has mounted the partition. A second mount would write without knowing of the first.
    files.mount_files = lambda: files.MOUNTED
    wants_repl = start_up()
except BaseException as error:
    sys.print_exception(error)
if not wants_repl:
    sleep(_LAST_WORDS_S)
    reset()
