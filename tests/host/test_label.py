"""The label of a board: what stands on it, in letters, as a picture, and in its QR code."""

import io
from dataclasses import replace

import pytest
import segno
from PIL import Image
from typer.testing import CliRunner

from tests.desk_bridge import ROOT
from tomo.cli.app import app
from tomo.inventory.keys import KeyFolder, Keys
from tomo.inventory.records import PROVISIONED, Board
from tomo.inventory.store import Inventory
from tomo.label.plate import Plate
from tomo.render import label

SITE = ROOT / "examples" / "site.toml"
NAME = "House, shop and street"
HOUSE = Board("0200000000AB", "TM-000101", "submeter6", "B", NAME, "house", "hall", PROVISIONED)
PLATE = Plate("TM-000101", "0200000000AB", "submeter6", "B", 100, 50)


@pytest.fixture
def inventory(tmp_path):
    inventory = Inventory(tmp_path / "inventory.db")
    inventory.put(HOUSE, "provisioned")
    return inventory


def tomo(inventory, *arguments):
    words = ["label", *map(str, arguments), "--inventory", str(inventory.path)]
    return CliRunner().invoke(app, words)


def box(picture):
    found = picture.getbbox()
    assert found
    return found


def modules(picture):
    """The QR code that stands in the picture, module by module, dark ones True."""
    matrix = [[bool(one) for one in row] for row in segno.make_qr(PLATE.code(), error="m").matrix]
    dark = picture.point(lambda one: 255 * (not one)).crop((0, 0, picture.height, picture.height))
    left, top, right, bottom = box(dark)
    step = (right - left) // len(matrix)
    assert (right - left, bottom - top) == (step * len(matrix), step * len(matrix))
    at = [step // 2 + step * place for place in range(len(matrix))]
    seen = [[dark.getpixel((left + x, top + y)) > 0 for x in at] for y in at]
    return step, seen, matrix


def test_it_has_serial_mac_volts_hertz_and_class_and_no_key(inventory, tmp_path):
    keys = Keys("5e" * 32, "6b" * 32)
    KeyFolder(inventory.path).keep(HOUSE.mac, keys)
    done = tomo(inventory, "house", "--site", SITE, "--out", tmp_path / "house.png")
    assert done.exit_code == 0, done.output
    for one in ("TM-000101", "02:00:00:00:00:AB", "100 V  50 Hz", "none, not for billing"):
        assert one in done.output
    data = (tmp_path / "house.png").read_bytes()
    for secret in (keys.secret, keys.key):
        assert secret not in done.output
        assert secret.encode() not in data


def test_the_code_says_the_same_in_a_line():
    assert PLATE.code() == (
        "TOMOSHIBI SN=TM-000101 MAC=0200000000AB TYPE=submeter6 V=100 HZ=50 CLASS=none"
    )


def test_the_picture_is_70_by_30_mm_with_the_code_in_modules_that_a_phone_can_read():
    picture = Image.open(io.BytesIO(label.png(PLATE)))
    assert (picture.format, picture.size) == ("PNG", (827, 354))
    assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    step, seen, matrix = modules(picture)
    assert seen == matrix
    assert step * 25.4 / 300 >= 0.5  # mm


@pytest.mark.parametrize("length", [1, 12])
def test_text_stays_inside_the_picture(length):
    long = replace(PLATE, serial="W" * length, board="a-board-with-a-name-of-its-own-at-length")
    picture = Image.open(io.BytesIO(label.png(long)))
    dark = picture.point(lambda one: 255 * (not one))
    _left, _top, right, bottom = box(dark)
    assert right <= picture.width - 23
    assert bottom <= picture.height - 23


def test_volts_and_hertz_are_the_nodes_own_where_it_has_its_own(inventory, tmp_path):
    text = SITE.read_text().replace('name = "house"\n', 'name = "house"\nline_v = 200\n', 1)
    site = tmp_path / "site.toml"
    site.write_text(text.replace("line_hz = 50", "line_hz = 60", 1))
    done = tomo(inventory, "TM-000101", "--site", site, "--class", "1")
    assert "200 V  60 Hz" in done.output
    assert "Class   1\n" in done.output


def test_a_board_of_another_site_or_of_none_has_no_label(inventory, tmp_path):
    inventory.put(replace(HOUSE, site="Elsewhere"), "moved")
    out = tmp_path / "label.png"
    elsewhere = tomo(inventory, "house", "--site", SITE, "--out", out)
    assert "is house of 'Elsewhere'" in str(elsewhere.exception)
    assert "no board 'shed'" in str(tomo(inventory, "shed", "--site", SITE).exception)
    assert not out.exists()
