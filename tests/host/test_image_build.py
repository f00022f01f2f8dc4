"""`tomo image build`: what it refuses, and what an image holds as others read it."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from esptool.bin_image import ESP32FirmwareImage
from littlefs import LittleFS
from typer.testing import CliRunner

from bootstrap.pins import MICROPYTHON_VERSION
from tests.desk_bridge import ROOT
from tests.host import stock_images
from tests.host.chips import _TABLE_ROWS, PLACES
from tomo.cli.app import app
from tomo.errors import HostError, UsageError
from tomo.image import esp_image
from tomo.image.application import micropython_series
from tomo.image.heap_need import LOADS

CHIP = 4 * 1024 * 1024
VFS = (0x2D0000, 0x130000)
FACTORY = 0x10000


def tomo(*arguments):
    """What `tomo image` writes on standard output; what it refuses is raised as `main` gets it."""
    return CliRunner().invoke(app, ["image", *map(str, arguments)], catch_exceptions=False).stdout


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    path = tmp_path_factory.mktemp("stock") / "FIRMWARE.bin"
    path.write_bytes(stock_images.stock())
    return path


@pytest.fixture(scope="module")
def built(stock):
    """The image of submeter6 that most tests look at."""
    out = stock.with_name("submeter6.bin")
    fields = json.loads(
        tomo("build", "--board", "submeter6", "--micropython", stock, "--out", out, "--json")
    )
    return out, fields


def refused(tmp_path, data, *more, board="submeter6"):
    """Build from `data`: the HostError, and that nothing was written."""
    file, out = tmp_path / "FIRMWARE.bin", tmp_path / "out" / "x.bin"
    file.write_bytes(data)
    with pytest.raises(HostError) as error:
        tomo("build", "--board", board, "--micropython", file, "--out", out, *more)
    assert not out.parent.exists()
    assert "\n" not in str(error.value)
    return error.value


def rows_by_hand(table):
    """Rows of a partition table by the documented layout: 32 bytes each, up to EB EB."""
    for at in range(0, table.index(b"\xeb\xeb"), 32):
        assert table[at : at + 2] == b"\xaa\x50"
        number = [int.from_bytes(table[at + o : at + o + 4], "little") for o in (4, 8)]
        yield (table[at + 12 : at + 28].rstrip(b"\0"), table[at + 2], table[at + 3], *number)


def test_bootloader_table_and_program_are_where_the_chip_looks(built):
    data = built[0].read_bytes()
    assert len(data) == CHIP
    assert tuple(rows_by_hand(data[0x8000:0x8C00])) == _TABLE_ROWS
    for at, size in ((0x1000, 0x7000), (FACTORY, 0x1F0000)):
        image = ESP32FirmwareImage(io.BytesIO(data[at : at + size]))
        assert image.checksum == image.calculate_checksum()
        assert image.stored_digest == image.calc_digest
    stock = stock_images.program()
    assert data[FACTORY:].startswith(stock + b"\xff" * 4096)


def test_all_else_is_erased_as_on_a_new_chip(built):
    data = built[0].read_bytes()
    for offset, size in (*PLACES.values(), (0, 0x1000), (0x9000, 0x7000)):
        assert data[offset : offset + size] == b"\xff" * size


def test_its_files_are_read_by_littlefs(built):
    system = LittleFS(mount=False, block_size=4096, block_count=VFS[1] // 4096)
    system.context.buffer = bytearray(built[0].read_bytes()[VFS[0] : sum(VFS)])
    system.mount()
    names = {f"{top}/{name}".lstrip("/") for top, _, files in system.walk("/") for name in files}
    assert {"main.py", "image.json", "board.mpy", "typing.mpy", "tomoshibi/node/files.mpy"} < names
    # The start-up of our own program, what only freezing reads, and the desk's hardware.
    assert not names & {"_boot.mpy", "tomoshibi/node/names.mpy", "machine.mpy", "app.mpy"}
    with system.open("tomoshibi/node/start_up.mpy", "rb") as file:
        assert file.read()[:4] == b"M\x06\x00\x1f"  # version 6, no machine code, small ints


def test_what_was_built_is_told_with_both_heaps(built):
    out, fields = built
    assert fields["file"] == str(out)
    assert (fields["kind"], fields["board"], fields["chip"]) == ("trial", "submeter6", "ESP32")
    assert (fields["micropython"], fields["machine"]) == ("1.25.0", stock_images.SPIRAM)
    assert (fields["heap_loaded_bytes"], fields["heap_frozen_bytes"]) == (128_000, 43_008)
    assert fields["heap_without_psram_bytes"] == 114_688
    assert fields["notes"] == ["not checked: whether the module has PSRAM"]


def test_people_are_told_in_words(tmp_path, stock):
    said = tomo(
        "build", "--board", "streetlight", "--micropython", stock, "--out", tmp_path / "x.bin"
    )
    assert "a trial image of streetlight" in said
    assert "lacks our start-up" in said
    assert "some 109 KB, loaded from files" in said
    assert "at most 37 KB. A chip without PSRAM has 115 KB" in said


def test_the_same_input_gives_the_same_bytes(tmp_path, built, stock):
    again = tmp_path / "elsewhere" / "again.bin"
    tomo("build", "--board", "submeter6", "--micropython", stock, "--out", again)
    assert again.read_bytes() == built[0].read_bytes()


_BOOT = """
import littlefs
littlefs.mount()
import gc, json, sys, vfs
from machine import WDT
from esp32 import Partition
import asyncio, network, socket
import desk, desk_clock
desk.set_up()
Partition.find(Partition.TYPE_DATA, label="registers")
gc.collect()
before = gc.mem_alloc()

def report():
    gc.collect()
    heap = gc.mem_alloc() - before
    print(json.dumps({
        "heap": heap,
        "files": {name: getattr(one, "__file__", "") for name, one in sys.modules.items()},
        "mounted": [place for _, place in vfs.mount()],
    }))
    sys.exit(0)

desk_clock.arm(desk_clock.event(report), 60_000)
exec(open("/firmware/main.py").read())
"""


def test_a_node_boots_from_its_files_on_micropython(tmp_path, built):
    """Its own VfsLfs2 mounts them, and main.py starts a node, with the heap that was told."""
    part = tmp_path / "vfs.bin"
    part.write_bytes(built[0].read_bytes()[VFS[0] : sum(VFS)])
    (tmp_path / "boot.py").write_text(_BOOT)
    environment = {
        "DESK_BOARD": "submeter6",
        "DESK_CLOCK": "virtual",
        "DESK_IP": "127.0.253.77",
        "FIRMWARE_IMAGE": str(part),
        "MICROPYPATH": f"{ROOT / 'benchmarks' / 'desk'}:.frozen",
    }
    command = [str(ROOT / "build" / "desk32"), "-X", "heapsize=512k", "boot.py"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert lines[0]["event"] == "trial", done.stdout + done.stderr
    assert "started" in [line.get("event") for line in lines]
    node = lines[-1]
    assert node["files"]["board"] == "/firmware/board.mpy"
    # A package is a folder, and has no file.
    ours = [file for name, file in node["files"].items() if file and name.startswith("tomoshibi.")]
    assert len(ours) > 40
    assert all(file.startswith("/firmware/tomoshibi") for file in ours)
    # Not a second time, as the node would do by itself.
    assert sorted(node["mounted"]) == ["/", "/firmware"]
    assert abs(node["heap"] - LOADS.loaded) < LOADS.loaded // 10


def test_the_version_that_is_taken_is_the_compilers_and_the_pinned_one():
    assert MICROPYTHON_VERSION.startswith(f"{micropython_series()}.")


@pytest.mark.parametrize("version", ["1.24.1", "1.26.0", "1.25.0-preview.12.gabc", "11.25.0"])
def test_another_version_is_refused_with_where_to_get_one(tmp_path, version):
    error = refused(tmp_path, stock_images.stock(version=version))
    assert error.exit_code == 1
    assert f"is MicroPython {version}: 1.25.x is needed" in str(error)
    assert "micropython.org" in error.hint
    assert "SPIRAM" in error.hint


def test_a_program_that_is_no_micropython_is_refused(tmp_path):
    error = refused(tmp_path, stock_images.stock().replace(b"MicroPython v", b"Something   v"))
    assert (error.exit_code, "has no MicroPython in it" in str(error)) == (1, True)


def test_one_without_psram_is_refused_whatever_is_said_of_the_module(tmp_path):
    for machine in (stock_images.PLAIN, "Generic ESP32 module with ESP32-UNICORE"):
        error = refused(tmp_path, stock_images.stock(machine), "--psram")
        assert (error.exit_code, "uses no PSRAM" in str(error)) == (1, True)


def test_where_the_name_does_not_tell_of_psram_it_is_asked_for(tmp_path):
    data = stock_images.stock("Some maker's board with ESP32")
    error = refused(tmp_path, data)
    assert (error.exit_code, "does not tell whether it uses PSRAM" in str(error)) == (2, True)
    assert "--psram" in error.hint
    out = tmp_path / "own.bin"
    file = tmp_path / "FIRMWARE.bin"
    said = tomo(
        *("build", "--board", "submeter6", "--micropython", file, "--out", out, "--json"), "--psram"
    )
    assert json.loads(said)["notes"] == [
        "not checked: whether MicroPython uses PSRAM and the module has some"
    ]


def test_another_chip_is_refused(tmp_path):
    error = refused(tmp_path, stock_images.stock(chip=stock_images.ESP32_C3))
    assert (error.exit_code, "is for ESP32-C3" in str(error)) == (1, True)
    s3 = stock_images.stock("Generic ESP32S3 module with ESP32S3", chip=stock_images.ESP32_S3)
    error = refused(tmp_path, s3, "--psram")
    assert (error.exit_code, str(error).endswith("ESP32-S3, and submeter6 has an ESP32")) == (
        1,
        True,
    )


def test_what_is_no_image_is_refused_as_a_wrong_file(tmp_path):
    for data in (b"", b"\xe9", b"#!/bin/sh\n", b"\xff" * CHIP, bytes(5000)):
        error = refused(tmp_path, data)
        assert (error.exit_code, "is no image of an ESP chip" in str(error)) == (2, True)


def test_a_download_that_was_cut_off_or_damaged_is_noticed(tmp_path):
    whole = stock_images.stock(more=bytes(20_000))
    for length in (len(whole) - 1, len(whole) - 33, len(whole) - 10_000, 0xF000 + 30):
        error = refused(tmp_path, whole[:length])
        assert error.exit_code == 1, length
    wrong = bytearray(whole)
    wrong[-10_000] ^= 1
    assert "its program has a wrong check sum" in str(refused(tmp_path, wrong))


def test_a_program_that_is_too_large_is_refused(tmp_path):
    # Its own table may give it more room than ours.
    data = bytearray(stock_images.stock(more=bytes(0x1F0000)))
    row = data.index(b"factory") - 4
    data[row : row + 4] = (0x300000).to_bytes(4, "little")
    entries = data[0x7000 : 0x7000 + 4 * 32]
    data[0x7000 + 4 * 32 + 16 : 0x7000 + 5 * 32] = hashlib.md5(entries).digest()
    error = refused(tmp_path, data)
    assert (error.exit_code, "partition factory has 2031616" in str(error)) == (1, True)


def own_board(folder, **files):
    """A copy of examples/app under another name, with these files changed."""
    shutil.copytree(ROOT / "examples" / "app", folder)
    board = folder / "board.py"
    board.write_text(board.read_text().replace('NAME = "app"', f'NAME = "{folder.name}"'))
    manifest = f'include("{ROOT / "boards" / "image.py"}", board=".")\n'
    (folder / "manifest.py").write_text(manifest)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return folder


def files_of(image):
    said = json.loads(tomo("inspect", image, "--json"))
    return {one["path"] for one in said["files"]}


def test_what_a_board_of_ones_own_brings_along_is_in_its_image(tmp_path, stock, monkeypatch):
    own = own_board(tmp_path / "mine")
    manifest = own / "manifest.py"
    manifest.write_text(manifest.read_text() + 'module("more.py", base_path="../lib")\n')
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "more.py").write_text("MORE = 1\n")
    monkeypatch.setenv("TOMO_BOARDS", os.pathsep.join([str(own), str(ROOT / "examples" / "plugs")]))
    for board, wanted in (("mine", {"app.mpy", "more.mpy"}), ("plugs", {"pzem004t.mpy"})):
        out = tmp_path / f"{board}.bin"
        tomo("build", "--board", board, "--micropython", stock, "--out", out)
        files = files_of(out)
        assert wanted | {"board.mpy"} < files
        assert "pzem004t_model.mpy" not in files


def test_a_file_that_does_not_compile_is_one_line(tmp_path, stock, monkeypatch):
    # Python takes it, MicroPython does not.
    text = "async def run(app):\n    match app:\n        case _:\n            pass\n"
    own = own_board(tmp_path / "mine", app=text + 'JOBS = (("x", run, 5_000),)\n')
    monkeypatch.setenv("TOMO_BOARDS", str(own))
    error = refused(tmp_path, stock.read_bytes(), board="mine")
    assert error.exit_code == 1
    assert str(error).startswith(f"{own / 'app.py'} does not compile: SyntaxError")
    assert "line 2" in error.hint


def test_a_board_that_board_check_refuses_is_not_built(tmp_path, stock, monkeypatch):
    own = own_board(tmp_path / "mine", app="JOBS = 3\n")
    monkeypatch.setenv("TOMO_BOARDS", str(own))
    error = refused(tmp_path, stock.read_bytes(), board="mine")
    assert (error.exit_code, "to mend" in str(error)) == (1, True)


def test_what_cannot_be_read_or_written_is_told_by_status(tmp_path, stock, monkeypatch):
    def status(out, firmware=stock):
        with pytest.raises(HostError) as error:
            tomo("build", "--board", "submeter6", "--micropython", firmware, "--out", out)
        assert "\n" not in str(error.value)
        return error.value.exit_code

    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    assert status(tmp_path / "x", tmp_path / "nothing.bin") == 2
    assert status(tmp_path / "folder") == 2
    assert status(tmp_path / "file" / "x") == 2
    assert status(stock) == 2  # the very file that is read

    def full(path, _data):
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert status(tmp_path / "x") == 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
    assert stock.read_bytes() == stock_images.stock()


def test_a_device_is_not_replaced_by_a_file(tmp_path, stock):
    place = tmp_path / "device"
    os.mkfifo(place)
    with pytest.raises(UsageError, match="it is no file") as error:
        tomo("build", "--board", "submeter6", "--micropython", stock, "--out", place)
    assert error.value.exit_code == 2
    assert place.is_fifo()
    assert list(tmp_path.iterdir()) == [place]


def test_without_a_place_it_is_build_images(tmp_path, stock, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tomo("build", "--board", "submeter3", "--micropython", stock)
    assert (tmp_path / "build" / "images" / "submeter3.bin").stat().st_size == CHIP
    assert len(list((tmp_path / "build" / "images").iterdir())) == 1


def test_a_bootloader_made_for_more_flash_is_told(tmp_path):
    file = tmp_path / "FIRMWARE.bin"
    file.write_bytes(stock_images.stock(flash=3))
    out = tmp_path / "x.bin"
    said = tomo("build", "--board", "submeter6", "--micropython", file, "--out", out, "--json")
    assert json.loads(said)["notes"][-1] == (
        "made for 8 MiB of flash: does not start on a module with less"
    )


def test_an_s3_image_is_built_for_a_board_with_one(tmp_path, monkeypatch):
    own = own_board(tmp_path / "mine")
    board = own / "board.py"
    board.write_text(board.read_text().replace("0x3FF48034", "0x60008038"))
    monkeypatch.setenv("TOMO_BOARDS", str(own))
    file, out = tmp_path / "FIRMWARE.bin", tmp_path / "x.bin"
    machine = "Generic ESP32S3 module with Octal-SPIRAM with ESP32S3"
    file.write_bytes(stock_images.stock(machine, chip=stock_images.ESP32_S3))
    tomo("build", "--board", "mine", "--micropython", file, "--out", out)
    # Its bootloader is at 0, so that esptool's own command can look at the whole.
    command = [sys.executable, "-m", "esptool", "image-info", str(out)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    assert "ESP32-S3" in said
    assert "Validation hash" in said
    assert "(valid)" in said


def test_without_a_name_the_one_that_fits_in_the_cache_is_taken(tmp_path, monkeypatch):
    monkeypatch.setattr("tomo.jobs.build_image.cache", lambda: tmp_path)
    folder, out = tmp_path / "micropython-images", tmp_path / "x.bin"
    words = ("build", "--board", "submeter6", "--out", out)
    with pytest.raises(UsageError, match="has none that fits submeter6"):
        tomo(*words)
    folder.mkdir()
    (folder / "old.bin").write_bytes(stock_images.stock(version="1.24.0"))
    (folder / "plain.bin").write_bytes(stock_images.stock(machine=stock_images.PLAIN))
    (folder / "good.bin").write_bytes(stock_images.stock())
    tomo(*words)
    assert esp_image.read(out).version == "1.25.0"
    (folder / "too.bin").write_bytes(stock_images.stock())
    with pytest.raises(UsageError, match=r"several that fit: good\.bin, too\.bin"):
        tomo(*words)
