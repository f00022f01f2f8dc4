"""Virtual boards that are wired wrong by hand."""

import pytest

from tomo.jobs.virtual_programs import BoardPrograms


class Program:
    """What a board runs, as far as it feels."""

    console = link = -1

    def __init__(self):
        self.felt = {}

    def feel(self, quantities):
        self.felt |= quantities
        return True

    def report(self):
        return None

    def kill(self):
        pass


@pytest.fixture
def board(tmp_path, monkeypatch):
    """Orders to it, and how to switch its supply on: what then runs there."""
    running = []

    def start(*_of_it):
        running.append(Program())
        return running[-1]

    monkeypatch.setattr(BoardPrograms, "_program", start)
    programs = BoardPrograms("submeter6", tmp_path, "ttyBOARD1", "24:6f:28:00:00:01", "")

    def switch_on():
        programs.start()
        return running[-1]

    return programs, switch_on


def test_a_sense_is_dead_until_it_is_wired_right_and_through_every_power_on(board):
    programs, switch_on = board
    program = switch_on()
    assert program.felt["grid_mv"] > 100_000
    programs.order("grid-sense-dead")
    assert program.felt["grid_mv"] == 0
    program = switch_on()
    assert program.felt["grid_mv"] == 0
    programs.order("wired right")
    assert program.felt["grid_mv"] > 100_000
    assert switch_on().felt["grid_mv"] > 100_000


def test_transformers_are_reversed_and_swapped(board):
    programs, switch_on = board
    program = switch_on()
    world = programs._running._world
    world.command("submeter6", "relay1", 1, 0)
    world.command("submeter6", "relay2", 1, 0)
    world.advance(1_000)
    programs.order("ct-reversed 1")
    assert (program.felt["p1_mw"], program.felt["p2_mw"]) == (-100_000, 100_000)
    programs.order("ct-swapped 1 5")
    assert (program.felt["p1_mw"], program.felt["p5_mw"]) == (0, -100_000)
    programs.order("wired right")
    assert (program.felt["p1_mw"], program.felt["p5_mw"]) == (100_000, 0)


@pytest.mark.parametrize(
    "words",
    ["", "ct-reversed", "ct-reversed 7", "ct-reversed x", "ct-swapped 2", "ct-swapped 2 2",
     "ct-swapped 2 5 6", "grid-sense-dead 1", "chip-silent 1"],
)  # fmt: skip
def test_what_cannot_be_is_not_understood(board, words):
    programs, switch_on = board
    program = switch_on()
    before = dict(program.felt)
    with pytest.raises(ValueError):  # noqa: PT011
        programs.order(words)
    assert program.felt == before
