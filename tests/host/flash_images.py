"""Small trial images for flashing, and boards' own data that must outlive it."""

import random

from boards.flash_map import PARTITIONS
from tests.host import stock_images
from tomo.image import esp_image, new_chip, trial

PLACES = {label: (at, size) for label, _, _, at, size in PARTITIONS}
DATA = ("nvs", "identity", "settings", "registers", "events", "history")


def image(folder, board="submeter6", seed=1, **stock):
    """A trial image in a file: 80 KB of program, and one file beside `image.json`.

    What does not compress is kept small, as esptool takes its time for each byte it sends.
    """
    source = folder / "stock.bin"
    code = bytes((seed,)) * 60_000 + random.Random(seed).randbytes(20_000)
    source.write_bytes(stock_images.stock(more=code, **stock))
    micropython = esp_image.read(source)
    program = esp_image.whole_program(str(source), micropython)
    chip = new_chip.chip_with(str(source), micropython, program)
    files = new_chip.about(trial.TRIAL, board, "1.25.0") | {"main.py": b"print(%d)" % seed}
    new_chip.put_files(chip, files)
    path = folder / f"{board}-{seed}.bin"
    path.write_bytes(chip.data)
    return path


def served_chip(image_file, flash_file, seed=7):
    """Put into a virtual board's file a chip of this image that has been in service.

    Returns what lies in its data partitions.
    """
    data = bytearray(image_file.read_bytes())
    dice = random.Random(seed)
    own = {}
    for label in DATA:
        at, size = PLACES[label]
        own[label] = data[at : at + size] = dice.randbytes(size)
    put(flash_file, data)
    return own


def put(flash_file, data):
    """In place: the board has its file mapped."""
    with flash_file.open("r+b") as file:
        file.write(data)


def part(flash_file, label):
    at, size = PLACES[label]
    with flash_file.open("rb") as file:
        file.seek(at)
        return file.read(size)
