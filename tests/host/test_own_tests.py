"""tomo board test: tests beside a board.py outside the checkout."""

import shutil

import pytest
from typer.testing import CliRunner

from tests.desk_bridge import ROOT
from tomo.cli.app import app
from tomo.errors import HostError, UsageError

TEST = """
import unittest
import board
from fake_uart import FakeUART
from pzem004t import Driver
from pzem004t_model import Model
from tomoshibi.core.readings import Counts

class TestDriver(unittest.TestCase):
    def test_it_measures_what_the_model_is_told(self):
        uart, model, records = FakeUART(), Model(1, ()), (Counts(),)
        for number, value in ((0, 101_000), (1, 5_000), (2, 505_000)):
            model.set(0, number, value)
        chip = Driver(uart, 1, (), 50)
        for turn in (chip.confirm, lambda: chip.collect(records)):
            chip.ask(True)
            uart.put(model.feed(uart.sent[-1], 1_000))
            turn()
        self.assertEqual(records[0].current, %d)
"""


@pytest.fixture
def board(tmp_path):
    folder = tmp_path / "our boards" / "plugs"
    shutil.copytree(ROOT / "examples" / "plugs", folder)
    return folder


def board_test(folder):
    return CliRunner().invoke(app, ["board", "test", str(folder)]).exception


@pytest.mark.usefixtures("desk32")
def test_a_driver_is_tried_against_its_model_without_a_path_into_the_checkout(board, capfd):
    (board / "test_right.py").write_text(TEST % 5_000, encoding="utf-8")
    assert board_test(board) is None
    assert "test_it_measures_what_the_model_is_told ... passed" in capfd.readouterr().out
    (board / "test_wrong.py").write_text(TEST % 4_999, encoding="utf-8")
    wrong = board_test(board)
    assert isinstance(wrong, HostError)
    assert (wrong.exit_code, str(wrong)) == (1, f"{board}: 1 file of tests went wrong")


def test_a_board_without_tests_is_a_usage_error(board):
    assert isinstance(board_test(board), UsageError)
