"""`tomo image build` from a MicroPython that was built with a board's folder.

No such program has been built yet: those here are headers, names and tables written by hand.
"""

import json

import pytest
from littlefs import LittleFS
from typer.testing import CliRunner

from tests.host import stock_images
from tests.host.chips import PLACES
from tomo.cli.app import app
from tomo.errors import HostError

CHIP = 4 * 1024 * 1024
VFS, VFS_SIZE = 0x2D0000, 0x130000


def tomo(*words):
    return CliRunner().invoke(app, ["image", *map(str, words)], catch_exceptions=False).stdout


def build(folder, data, board="submeter6", *more):
    """What is told of an image of `data`, and where it is."""
    file, out = folder / "firmware.bin", folder / "images" / "x.bin"
    file.write_bytes(data)
    return tomo("build", "--board", board, "--micropython", file, "--out", out, *more), out


def inspect(path, data=None):
    if data is not None:
        path.write_bytes(data)
    return json.loads(tomo("inspect", path, "--json"))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    said, out = build(
        tmp_path_factory.mktemp("product"), stock_images.product(), "submeter6", "--json"
    )
    return json.loads(said), out.read_bytes()


def test_bootloader_table_and_program_are_where_the_file_has_them(built):
    data = built[1]
    assert len(data) == CHIP
    firmware = stock_images.product()
    # The table is the same; behind the program all is erased.
    assert data[0x1000 : 0x1000 + len(firmware)] == firmware
    assert not data[0x1000 + len(firmware) : 0x200000].strip(b"\xff")


def test_all_else_is_erased_as_on_a_new_chip(built):
    for offset, size in (*PLACES.values(), (0, 0x1000), (0x9000, 0x7000)):
        assert built[1][offset : offset + size] == b"\xff" * size


def test_its_file_system_holds_what_it_says_of_itself_and_nothing_of_the_firmware(built):
    system = LittleFS(mount=False, block_size=4096, block_count=VFS_SIZE // 4096)
    system.context.buffer = bytearray(built[1][VFS : VFS + VFS_SIZE])
    system.mount()
    assert system.listdir("/") == ["image.json"]
    with system.open("image.json", "rb") as file:
        about = json.loads(file.read())
    assert about == {"kind": "product", "board": "submeter6", "micropython": "1.25.0"}


def test_what_was_built_is_told(built):
    told = built[0]
    assert (told["kind"], told["board"], told["chip"]) == ("product", "submeter6", "ESP32")
    assert (told["micropython"], told["machine"]) == ("1.25.0", "Tomoshibi submeter6 with ESP32")
    assert told["program_bytes"] == len(stock_images.product()) - 0xF000
    assert (told["files"], told["notes"]) == (1, [])


def test_people_are_told_in_words(tmp_path):
    said, _ = build(tmp_path, stock_images.product("streetlight"), "streetlight")
    assert "a product image of streetlight" in said
    assert "at most 37 KB. A chip without PSRAM has 115 KB" in said
    assert "lacks our start-up" not in said
    assert "trial" not in said


def test_the_same_input_gives_the_same_bytes(tmp_path, built):
    assert build(tmp_path, stock_images.product())[1].read_bytes() == built[1]


def test_inspect_knows_the_image_and_the_file_it_was_made_of(tmp_path, built):
    for data, files in ((built[1], ["image.json"]), (stock_images.product(), None)):
        told = inspect(tmp_path / "x.bin", data)
        assert (told["kind"], told["board"]) == ("product", "submeter6")
        assert files == (told["files"] and [one["path"] for one in told["files"]])


def test_a_program_with_the_firmware_is_a_product_whatever_a_trial_left_behind(tmp_path, built):
    system = LittleFS(block_size=4096, block_count=VFS_SIZE // 4096)
    with system.open("image.json", "wb") as file:
        file.write(b'{"kind": "trial", "board": "streetlight", "micropython": "1.25.0"}')
    told = inspect(tmp_path / "x.bin", built[1][:VFS] + bytes(system.context.buffer))
    assert (told["kind"], told["board"]) == ("product", "submeter6")


def test_a_stock_program_is_no_product_whatever_a_file_says(tmp_path, built):
    stock = stock_images.stock(stock_images.PLAIN)
    told = inspect(
        tmp_path / "x.bin", (b"\xff" * 0x1000 + stock).ljust(VFS, b"\xff") + built[1][VFS:]
    )
    assert (told["kind"], told["board"]) == ("unknown", None)


_MOVED = tuple(
    (label, kind, subtype, at, 0x3000 if label == "settings" else size)
    for label, kind, subtype, at, size in stock_images.OUR_ROWS
)


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (stock_images.product("submeter3"), ("built for submeter3", "to be for submeter6")),
        (stock_images.product(version="1.26.0"), ("MicroPython 1.26.0", "1.25.x is needed")),
        (stock_images.product(version="1.25.0-dirty"), ("MicroPython 1.25.0-dirty", "1.25.x")),
        (
            stock_images.product(chip=stock_images.ESP32_S3),
            ("is for ESP32-S3", "submeter6 has an ESP32"),
        ),
        (
            stock_images.product(rows=_MOVED),
            ("settings (type 1, 0x41) at 0x202000, 0x3000 bytes", "at 0x202000, 0x4000 bytes"),
        ),
        (
            stock_images.product(rows=stock_images.OUR_ROWS[:-1]),
            ("nothing where", "vfs (type 1, 0x81) at 0x2d0000, 0x130000 bytes"),
        ),
        (
            stock_images.product(more=stock_images.FROZEN + bytes(0x1F0000)),
            ("its program has 2032", "bytes, and partition factory has 2031616"),
        ),
        (stock_images.product(more=b""), ("Tomoshibi submeter6", "no firmware frozen in it")),
        (
            stock_images.stock(more=stock_images.FROZEN),
            ("Generic ESP32 module with SPIRAM with ESP32", "not Tomoshibi submeter6"),
        ),
        (stock_images.product()[:-40], ("cut off or damaged", "firmware.bin")),
    ],
)
def test_what_was_built_for_something_else_is_refused_with_both_named(tmp_path, data, named):
    with pytest.raises(HostError) as error:
        build(tmp_path, data)
    assert error.value.exit_code == 1
    for words in named:
        assert words in str(error.value)
    assert error.value.hint
    assert not (tmp_path / "images").exists()
