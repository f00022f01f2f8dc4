"""One board flashed by way of esptool: what is written, what is kept, what is refused."""

import itertools
import time
from dataclasses import replace

import pytest

from boards import partition_table
from tests.host import flash_images
from tests.host.virtual_chip import TABLE, served
from tomo.flashing.board import flash_board
from tomo.flashing.plan import read_plan
from tomo.flashing.records import FAILED, UNCHANGED, WRITTEN, Job
from tomo.virtual import board as board_module
from tomo.virtual.boot import boot
from tomo.virtual.faults import FAULTS, SOUND

BLANK = b"\xff" * 0x400000


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    return [flash_images.image(folder, seed=seed) for seed in (1, 2)]


@pytest.fixture(scope="module")
def tray(tmp_path_factory):
    """A board of each fault, and one without any, by word."""
    folder = tmp_path_factory.mktemp("tray")
    words = ["", *FAULTS]
    faults = {number: FAULTS[word] for number, word in enumerate(words, 1) if word}
    with served(folder, len(words), faults) as (boards, _):
        yield dict(zip(words, boards.boards, strict=True))


@pytest.fixture
def board(tray):
    """The one without a fault, blank again."""
    flash_images.put(flash_file(tray[""]), BLANK)
    return tray[""]


def flash_file(board):
    return board.flash_file


def flashed(board, image, tell=lambda _event, **_fields: None, **more):
    """What came of it, at one speed and without a look at how it starts unless `more` says so."""
    plan = read_plan(image, "submeter6")
    job = Job(str(board.port.link), str(image), "submeter6", plan.sha256)
    return flash_board(
        replace(job, **{"watch_s": 0, "attempts": 3, "speeds": (115_200,), **more}), plan, tell
    )


def starts(board):
    with flash_file(board).open("rb") as file:

        def read(at, size):
            file.seek(at)
            return file.read(size)

        return boot(read, 0x400000, 0, 0x1000).boots


def test_a_blank_board_gets_all_regions_and_starts_and_the_second_time_nothing(
    board, images, monkeypatch
):
    result = flashed(board, images[0], watch_s=4)
    assert (result.verdict, result.status, result.reason) == (WRITTEN, 0, "")
    assert (result.chip, result.mac, result.flash_bytes) == ("ESP32", board.chip.mac, 0x400000)
    assert set(result.written) == {"partition table", "bootloader", "vfs", "factory"}
    assert flash_file(board).read_bytes() == images[0].read_bytes()
    assert starts(board)
    assert result.starts == "not seen"
    assert "would start" in result.last_line
    again = flashed(board, images[0])
    assert (again.verdict, again.written) == (UNCHANGED, {})
    assert set(again.skipped) == set(result.written)
    monkeypatch.setattr("tomo.flashing.board.watch_start", lambda *_: ("no", "No bootable app"))
    result = flashed(board, images[0], watch_s=4)
    assert (result.verdict, result.status) == (FAILED, 1)
    assert result.reason.endswith("and the board does not start: No bootable app")


def test_a_board_in_service_keeps_every_byte_of_its_own(board, images):
    own = flash_images.served_chip(images[0], flash_file(board))
    result = flashed(board, images[1])
    assert (result.verdict, result.table) == (WRITTEN, "ours")
    assert {label: flash_images.part(flash_file(board), label) for label in own} == own
    assert starts(board)
    assert "bootloader" in result.skipped
    assert "bootloader" not in result.written


def test_only_what_is_named_is_erased(board, images):
    own = flash_images.served_chip(images[0], flash_file(board))
    result = flashed(board, images[0], erase=("settings", "nvs"))
    assert (result.verdict, result.erased, result.written) == (WRITTEN, ["settings", "nvs"], {})
    for label, data in own.items():
        found = flash_images.part(flash_file(board), label)
        assert found == (b"\xff" * len(data) if label in ("settings", "nvs") else data), label
    assert flashed(board, images[0], erase=("settings",)).verdict == UNCHANGED


@pytest.mark.parametrize("table", [TABLE, b"", b"\0" * 64], ids=["foreign", "blank", "damaged"])
def test_without_our_table_what_lies_there_is_not_taken_for_ours_unasked(board, images, table):
    own = flash_images.served_chip(images[0], flash_file(board))
    data = bytearray(flash_file(board).read_bytes())
    data[0x8000:0x9000] = table.ljust(0x1000, b"\xff")
    flash_images.put(flash_file(board), data)
    refused = flashed(board, images[0])
    assert (refused.verdict, refused.status) == (FAILED, 1)
    assert refused.reason.endswith(
        "there is something in identity, settings, registers, events, history"
    )
    assert "--erase all" in refused.hint
    assert flash_file(board).read_bytes() == data, "nothing was written"
    if table:
        kept = flashed(board, images[0], erase=("none",))
        assert kept.verdict == WRITTEN
        assert flash_images.part(flash_file(board), "registers") == own["registers"]
        assert partition_table.unpack(flash_file(board).read_bytes()[0x8000:0x8C00])
    else:
        assert flashed(board, images[0], erase=("all",)).erased == ["all"]
        assert flash_file(board).read_bytes() == images[0].read_bytes()


def pulled_at(board, number):
    """Something to tell: the cable comes off at the next block from the `number`th piece on."""
    count = itertools.count()

    def tell(event, **_fields):
        if event == "write" and next(count) == number:
            board._unplugs = True

    return tell


# Table and boot loader are the same in both images, so these are written: vfs, two pieces of the
# program, its header. The first and the last are where an old or a half-new program might start.
@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_a_cable_pulled_anywhere_leaves_nothing_that_starts_and_a_second_run_goes_on(
    board, images, number, monkeypatch
):
    monkeypatch.setattr(board_module, "UNPLUGGED_S", 0.02)
    own = flash_images.served_chip(images[0], flash_file(board))
    first = flashed(board, images[1], pulled_at(board, number))
    assert (first.verdict, first.status) == (FAILED, 3)
    assert "went away" in first.reason
    assert "run it again" in first.hint
    assert not starts(board)
    until = time.monotonic() + 5
    while not board.port.link.exists() and time.monotonic() < until:
        time.sleep(0.005)
    second = flashed(board, images[1])
    assert second.verdict == WRITTEN
    assert ("vfs" in second.written) == (number == 0)
    assert (second.written["factory"] == 0x1000) == (number == 3)
    assert starts(board)
    for label in ("factory", "vfs"):
        assert flash_images.part(flash_file(board), label) == flash_images.part(images[1], label)
    assert {label: flash_images.part(flash_file(board), label) for label in own} == own


@pytest.mark.parametrize(
    ("word", "status", "reason"),
    [
        ("wrong-chip", 1, "is an ESP32-S3, and the image is for ESP32"),
        ("wrong-size", 1, "has 2 MiB of flash, and the image needs 4 MiB"),
        ("locked", 3, "no chip answers in its loader"),
    ],
)
def test_what_is_no_board_for_the_image_is_refused_and_not_written(
    tray, images, word, status, reason
):
    board = tray[word]
    result = flashed(board, images[0], attempts=1 if word == "locked" else 3)
    assert (result.verdict, result.status) == (FAILED, status)
    assert reason in result.reason
    assert result.hint or word == "wrong-size"
    assert not flash_file(board).read_bytes().strip(b"\xff")


def test_a_bad_sector_is_tried_twice_and_told_with_its_place(tray, images):
    result = flashed(tray["bad-sector"], images[0], speeds=(230_400, 115_200))
    assert (result.verdict, result.status) == (FAILED, 1)
    assert "write flash at 0x10000: it does not keep it" in result.reason
    assert "replace the module" in result.hint
    assert "at 230400 baud" in "".join(result.notes)
    assert not starts(tray["bad-sector"])


def test_noise_is_cured_by_a_lower_speed(tray, images):
    result = flashed(tray["noise"], images[0], speeds=(460_800, 115_200))
    assert (result.verdict, result.status) == (WRITTEN, 0)
    assert any("at 460800 baud" in note for note in result.notes)
    assert starts(tray["noise"])


def test_another_board_behind_the_port_on_the_second_attempt_is_not_written(
    tray, images, monkeypatch
):
    """Names of USB ports go from one board to another when cables are moved."""
    board = tray["bad-sector"]

    def tell(event, **_fields):
        if event == "note" and "lower speed" in _fields["text"]:
            monkeypatch.setattr(board, "chip", board_module.Chip(SOUND.kind, 77, 0x400000))

    result = flashed(board, images[1], tell, speeds=(230_400, 115_200))
    assert "is another board now: 24:6f:28:00:00:4d" in result.reason
