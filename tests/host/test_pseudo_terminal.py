"""What a desk node's serial port keeps for who comes late."""

import os

from tomo.transport.pseudo_terminal import PseudoTerminal


def test_of_what_nobody_reads_the_newest_lines_are_kept_and_never_none():
    with PseudoTerminal() as terminal:
        fullest = 0
        for number in range(2_000):
            terminal.show(f"line {number:04}")
            fullest = max(fullest, terminal._queued())
            if fullest > 3_000:
                # A reader that has just been told that there is something must find it.
                assert terminal._queued() > 1_000
        reader = os.open(terminal.path, os.O_RDONLY | os.O_NOCTTY)
        try:
            kept = b""
            while not kept.endswith(b"line 1999\n"):  # the kernel passes on what it has in its time
                kept += os.read(reader, 8_192)
        finally:
            os.close(reader)
    lines = kept.decode().splitlines()
    assert len(kept) > 1_500
    assert lines == [f"line {number:04}" for number in range(2_000 - len(lines), 2_000)]
