"""`tomo image inspect`: images, chips that were read, stock files, and what is damaged."""

import hashlib
import json

import pytest
from littlefs import LittleFS
from typer.testing import CliRunner

from tests.desk_bridge import ROOT
from tests.host import chips, stock_images
from tomo.cli.app import app
from tomo.errors import HostError
from tomo.image import documents, esp_image, flash_image

VFS, VFS_SIZE = 0x2D0000, 0x130000
SECRET = "a secret of the site"


def inspect(path, *more):
    runner = CliRunner()
    return runner.invoke(app, ["image", "inspect", str(path), *more], catch_exceptions=False).stdout


def fields(path):
    return json.loads(inspect(path, "--json"))


def littlefs(files):
    """A file system by the package alone."""
    system = LittleFS(block_size=4096, block_count=VFS_SIZE // 4096)
    for name, data in files.items():
        with system.open(name, "wb") as file:
            file.write(data)
    return bytes(system.context.buffer)


def chip(path, program=b"", vfs=b"", settings=None):
    """A chip as it is read from a board."""
    data = bytearray(chips.whole_chip())
    bootloader = stock_images.esp_image(b"bootloader")
    data[0x1000 : 0x1000 + len(bootloader)] = bootloader
    data[0x10000 : 0x10000 + len(program)] = program
    data[VFS : VFS + len(vfs)] = vfs
    path.write_bytes(data)
    if settings is not None:
        documents.write(path, flash_image.load(path), "settings", settings)
    return path


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    stock = tmp_path_factory.mktemp("trial") / "FIRMWARE.bin"
    stock.write_bytes(stock_images.stock())
    out = stock.with_name("x.bin")
    words = ["image", "build", "--board", "streetlight", "--micropython", str(stock)]
    CliRunner().invoke(app, [*words, "--out", str(out)], catch_exceptions=False)
    return out


def test_a_trial_image_says_what_it_is(trial):
    told = fields(trial)
    assert (told["kind"], told["board"], told["chip"]) == ("trial", "streetlight", "ESP32")
    assert (told["micropython"], told["machine"]) == ("1.25.0", stock_images.SPIRAM)
    assert told["size"] == 4 * 1024 * 1024
    used = {one["label"]: one["used_bytes"] for one in told["partitions"] if one["used"]}
    # The program of the tests is shorter than a sector; littlefs needs one block for each.
    assert set(used) == {"factory", "vfs"}
    assert used["factory"] == 4096
    assert told["used_bytes"] == sum(used.values()) + 2 * 4096  # bootloader and table
    assert (told["settings"], told["settings_lost"]) == ({}, False)
    main = (ROOT / "boards" / "trial" / "main.py").read_bytes()
    assert {
        "path": "main.py",
        "size": len(main),
        "sha256": hashlib.sha256(main).hexdigest(),
    } in told["files"]
    assert 0 < told["free_bytes"] < VFS_SIZE


def test_people_see_the_same(trial):
    said = inspect(trial)
    assert "trial image for ESP32" in said
    assert "lacks our start-up" in said
    assert "factory" in said
    assert "0x10000" in said
    assert "blank" in said
    assert "tomoshibi/node/start_up.mpy" in said


def test_a_chip_is_read_with_what_a_node_left_in_it(tmp_path):
    settings = {"name": "panel 3", "wifi_ssid": "site", "wifi_password": SECRET}
    files = {"notes.txt": b"hello", "large": bytes(70_000)}
    path = chip(tmp_path / "chip.bin", stock_images.program(), littlefs(files), settings)
    told = fields(path)
    assert (told["kind"], told["board"]) == ("unknown", None)
    assert told["settings"] == {"name": "panel 3", "wifi_ssid": "site", "wifi_password": "(secret)"}
    assert [(one["path"], one["size"]) for one in told["files"]] == [
        ("large", 70_000),
        ("notes.txt", 5),
    ]
    hashes = {one["path"]: one["sha256"] for one in told["files"]}
    assert hashes["notes.txt"] == hashlib.sha256(b"hello").hexdigest()
    used = {one["label"]: one["used"] for one in told["partitions"]}
    assert used["registers"]
    assert used["events"]
    assert not used["nvs"]
    everything = inspect(path) + inspect(path, "--json")
    assert SECRET not in everything
    assert "panel 3" in everything


def test_a_program_with_our_firmware_frozen_in_it_is_a_product(tmp_path):
    frozen = stock_images.program(more=b"\0tomoshibi/node/start_up.py\0")
    assert fields(chip(tmp_path / "chip.bin", frozen))["kind"] == "product"
    # The names by which it is told are those that freezing leaves.
    assert b"tomoshibi/node/start_up.py\0" in (ROOT / "build" / "desk32").read_bytes()


def test_a_stock_file_is_shown_as_far_as_it_goes(tmp_path):
    path = tmp_path / "FIRMWARE.bin"
    path.write_bytes(stock_images.stock(stock_images.PLAIN))
    told = fields(path)
    assert (told["kind"], told["machine"]) == ("unknown", stock_images.PLAIN)
    assert {one["label"]: one["used"] for one in told["partitions"]} == {
        "nvs": False,
        "phy_init": False,
        "factory": None,
        "vfs": None,
    }
    assert (told["files"], told["no_files"]) == (None, "no partition vfs in this file")


def test_what_is_lost_is_told(tmp_path):
    path = chip(tmp_path / "chip.bin", stock_images.program(), b"\0" * 8192)
    data = bytearray(path.read_bytes())
    data[0x202000:0x206000] = bytes(0x4000)
    path.write_bytes(data)
    told = fields(path)
    assert told["files"] is None
    assert told["no_files"].startswith("no littlefs, or a damaged one")
    assert told["settings_lost"]
    assert "settings: lost" in inspect(path)


def test_a_chip_without_program_or_table_is_shown_as_well(tmp_path):
    path = chip(tmp_path / "chip.bin")
    assert (fields(path)["micropython"], fields(path)["machine"]) == (None, None)
    data = bytearray(path.read_bytes())
    data[0x8000:0x9000] = b"\xff" * 0x1000
    path.write_bytes(data)
    told = fields(path)
    assert (told["partitions"], told["files"]) == ([], None)
    assert "not found" in inspect(path)


@pytest.mark.parametrize("blocks", [range(2), range(2, VFS_SIZE // 4096)], ids=["root", "folder"])
def test_a_file_system_whose_both_copies_are_damaged_is_told(tmp_path, blocks):
    system = LittleFS(block_size=4096, block_count=VFS_SIZE // 4096)
    system.mkdir("folder")
    with system.open("folder/file", "wb") as file:
        file.write(b"hello")
    part = bytearray(system.context.buffer)
    written = [one for one in blocks if part[one * 4096 : one * 4096 + 64].strip(b"\xff")]
    assert written
    for block in written:
        part[block * 4096 : block * 4096 + 64] = bytes(64)
    told = fields(chip(tmp_path / "chip.bin", vfs=bytes(part)))
    assert told["files"] is None
    assert told["no_files"].startswith("no littlefs, or a damaged one")


def test_what_is_no_image_is_refused(tmp_path):
    path = tmp_path / "x"
    for data in (b"", b"hello", bytes(100_000), b"\xff" * 4 * 1024 * 1024):
        path.write_bytes(data)
        with pytest.raises(esp_image.NoImage, match="no image of an ESP chip") as error:
            inspect(path)
        assert error.value.exit_code == 2
    with pytest.raises(HostError, match="it is not there"):
        inspect(tmp_path / "nothing")
