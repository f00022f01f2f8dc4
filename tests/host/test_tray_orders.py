"""What is typed while a tray is served, with stand-ins for its boards."""

import os
from typing import Any

import pytest

from tomo.cli.tray_orders import KNOWN, Orders


class Board:
    """Has this many circuits, and takes orders to reverse their transformers."""

    def __init__(self, name, circuits):
        self.name = name
        self._known = {f"ct-reversed {number + 1}" for number in range(circuits)}
        self.done = []

    def order(self, what):
        if what not in self._known:
            raise ValueError(what)
        self.done.append(what)


@pytest.fixture
def typed(capsys):
    """What two boards have done after this was typed, and what was said."""
    boards: Any = [Board("lamp", 1), Board("panel", 6)]

    def take(text):
        ours, theirs = os.pipe()
        with open(ours) as keys, open(theirs, "w") as typist:
            typist.write(text + "\n")
            typist.close()
            Orders(boards, keys).take()
        return [board.done for board in boards], capsys.readouterr().err

    return take


def test_an_order_is_carried_out_by_the_board_of_this_number_or_by_all(typed):
    assert typed("2  ct-reversed 6\n\nall ct-reversed 1") == (
        [["ct-reversed 1"], ["ct-reversed 6", "ct-reversed 1"]],
        "",
    )


def test_all_boards_do_what_only_some_can_and_the_others_are_told(typed):
    done, said = typed("all ct-reversed 5")
    assert (done, said) == ([[], ["ct-reversed 5"]], "not possible with lamp\n")


@pytest.mark.parametrize(
    "words", ["3 ct-reversed 1", "ct-reversed 1", "1", "all ct-reversd 1", "2 ct-reversed 7"]
)
def test_what_no_board_can_do_is_not_understood(typed, words):
    assert typed(words) == ([[], []], f"not understood: {words}\n{KNOWN}\n")
