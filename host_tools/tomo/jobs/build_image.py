"""Builds a trial image of a board, after a look at whether it can run."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from tomo.board.own_chips import is_own, modules_of
from tomo.board.read import Board
from tomo.board.sound import sound_parts
from tomo.errors import HostError, UsageError
from tomo.files import need_file, write_whole, writing
from tomo.image import esp_image, trial
from tomo.image.application import micropython_series
from tomo.image.heap_need import LAMP, LOADS, HeapNeed

DEFAULT_FOLDER = Path("build/images")
# The register that tells why a chip was reset is another on each.
# Source: technical reference manuals, RTC_CNTL_RESET_STATE_REG.
_CHIP_OF_REGISTER = {0x3FF48034: "ESP32", 0x60008038: "ESP32-S3"}
_MANIFEST, _APP = "manifest.py", "app.py"


@dataclass(frozen=True)
class BuildOptions:
    """micropython   a stock image of MicroPython
    out           where to; None: DEFAULT_FOLDER, under the board's name
    has_psram     the operator says that the module has PSRAM
    """

    board: str
    micropython: Path
    out: Path | None = None
    has_psram: bool = False


@dataclass(frozen=True)
class Built:
    """What was built: sizes in bytes; `notes` are what could not be checked."""

    path: Path
    sha256: str
    board: str
    flash: esp_image.Flash
    files: int
    file_bytes: int
    heap: HeapNeed
    notes: tuple[str, ...]


def build_image(options: BuildOptions) -> Built:
    """Build and write. Raises HostError for what cannot be, and then writes nothing."""
    board = sound_parts(options.board)
    out = options.out or DEFAULT_FOLDER / f"{options.board}.bin"
    need_file(out)
    if out.exists() and options.micropython.exists() and out.samefile(options.micropython):
        raise UsageError(f"{out} is the MicroPython image itself", "Name another file with --out.")
    stock = esp_image.read(options.micropython)
    where = str(options.micropython)
    _need_version(where, stock)
    notes = [*_chip_notes(where, stock, board), *_psram_notes(where, stock, options.has_psram)]
    chip = trial.chip_with(where, stock)
    contents = trial.files(options.board, _sources(board), stock.version)
    trial.put_files(chip, contents)
    data = bytes(chip.data)
    with writing(out):
        out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, data)
    return Built(
        path=out,
        sha256=hashlib.sha256(data).hexdigest(),
        board=options.board,
        flash=stock,
        files=len(contents),
        file_bytes=sum(map(len, contents.values())),
        heap=LOADS if board.load_circuits else LAMP,
        notes=(*notes, *_size_notes(stock, len(data))),
    )


def _sources(board: Board) -> dict[str, Path]:
    """{name: where it lies} of what a board brings along, as its manifest freezes it."""
    folder = board.path.parent
    own = {chip for row in board.meters + board.photocells for chip in [row[1]]}
    found = {f"{chip}.py": folder / f"{chip}.py" for chip in sorted(own) if is_own(board, chip)}
    if (folder / _APP).is_file():
        found[_APP] = folder / _APP
    return found | modules_of(folder / _MANIFEST) | {board.path.name: board.path}


def _need_version(where: str, stock: esp_image.Flash) -> None:
    series = micropython_series()
    hint = esp_image.WHERE_FROM.format(series)
    if not stock.version:
        raise HostError(f"{where} has no MicroPython in it, or one without a version", hint)
    number, _, rest = stock.version.removeprefix(f"{series}.").partition("-")
    if stock.version.startswith(f"{series}.") and number.isdigit() and not rest:
        return
    raise HostError(f"{where} is MicroPython {stock.version}: {series}.x is needed", hint)


def _chip_notes(where: str, stock: esp_image.Flash, board: Board) -> list[str]:
    """Raises HostError if the board's processor is another."""
    wanted = _CHIP_OF_REGISTER.get(board.reset_reason)  # pyright: ignore
    if wanted is None:
        return [f"not checked: RESET_REASON does not tell whether {board.name} has an {stock.chip}"]
    if wanted != stock.chip:
        hint = esp_image.WHERE_FROM.format(micropython_series())
        raise HostError(f"{where} is for {stock.chip}, and {board.name} has an {wanted}", hint)
    return []


def _psram_notes(where: str, stock: esp_image.Flash, has_psram: bool) -> list[str]:
    """Raises HostError where the node would have no room, UsageError where nobody says."""
    uses, name = stock.uses_psram, stock.machine or "without a name"
    hint = esp_image.WHERE_FROM.format(micropython_series())
    if uses is False:
        raise HostError(f"{where} ({name}) uses no PSRAM, which a trial image needs", hint)
    if uses is None and not has_psram:
        raise UsageError(
            f"{where} ({name}) does not tell whether it uses PSRAM, which a trial image needs",
            f"With --psram you say that it does, and that the module has some. Or: {hint}",
        )
    what = "the module has PSRAM" if uses else "MicroPython uses PSRAM and the module has some"
    return [f"not checked: whether {what}"]


def _size_notes(stock: esp_image.Flash, size: int) -> list[str]:
    made_for = stock.made_for_bytes
    if made_for <= size:
        return []
    return [f"made for {made_for >> 20} MiB of flash: does not start on a module with less"]
