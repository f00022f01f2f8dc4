"""What a desk node's serial port keeps for who comes late."""

import os

from tomo.transport.pseudo_terminal import PseudoTerminal


def test_of_what_nobody_reads_the_newest_lines_are_kept_and_never_none():
    with PseudoTerminal() as terminal:
        for number in range(2_000):
            terminal.show(f"line {number:04}")
            # A reader that has just been told that there is something must find it.
            assert terminal._queued() > 0
        reader = os.open(terminal.path, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            kept = os.read(reader, 8_192)
        finally:
            os.close(reader)
    lines = kept.decode().splitlines()
    assert len(kept) > 3_000
    assert lines == [f"line {number:04}" for number in range(2_000 - len(lines), 2_000)]
