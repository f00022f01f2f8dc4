"""Builds an image of a board, after a look at whether it can run.

A MicroPython that was built with the board's folder makes a product image, a stock one a trial
image.
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tomo.board.own_chips import is_own, modules_of
from tomo.board.read import Board
from tomo.board.sound import sound_parts
from tomo.checkout import cache
from tomo.errors import HostError, UsageError
from tomo.files import need_file, write_whole, writing
from tomo.image import esp_image, new_chip, product, trial
from tomo.image.application import micropython_series
from tomo.image.heap_need import LAMP, LOADS, HeapNeed
from tomo.image.product import PRODUCT
from tomo.image.trial import TRIAL

DEFAULT_FOLDER = Path("build/images")
# In the cache: files of MicroPython that need not be named.
KEPT = "micropython-images"
# The register that tells why a chip was reset is another on each.
# Source: technical reference manuals, RTC_CNTL_RESET_STATE_REG.
_CHIP_OF_REGISTER = {0x3FF48034: "ESP32", 0x60008038: "ESP32-S3"}
_MANIFEST, _APP = "manifest.py", "app.py"


@dataclass(frozen=True)
class BuildOptions:
    """micropython   an image of MicroPython; None: the one that fits of those kept in the cache
    out           where to; None: DEFAULT_FOLDER, under the board's name
    has_psram     the operator says that the module has PSRAM
    """

    board: str
    micropython: Path | None = None
    out: Path | None = None
    has_psram: bool = False


@dataclass(frozen=True)
class Built:
    """What was built: kind is PRODUCT or TRIAL, `notes` are what could not be checked."""

    path: Path
    sha256: str
    kind: str
    board: str
    flash: esp_image.Flash
    program_bytes: int
    files: int
    file_bytes: int
    heap: HeapNeed
    notes: tuple[str, ...]


def build_image(options: BuildOptions) -> Built:
    """Build and write. Raises HostError for what cannot be, and then writes nothing."""
    board = sound_parts(options.board)
    out = options.out or DEFAULT_FOLDER / f"{options.board}.bin"
    need_file(out)
    file = options.micropython or _kept(options, board)
    if out.exists() and file.exists() and out.samefile(file):
        raise UsageError(f"{out} is the MicroPython image itself", "Name another file with --out.")
    found, kind, notes = _checked(file, options, board)
    where = str(file)
    program = esp_image.whole_program(where, found)
    chip = new_chip.chip_with(where, found, program)
    contents = _files(kind, board, found.version)
    new_chip.put_files(chip, contents)
    data = bytes(chip.data)
    with writing(out):
        out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, data)
    return Built(
        path=out,
        sha256=hashlib.sha256(data).hexdigest(),
        kind=kind,
        board=options.board,
        flash=found,
        program_bytes=len(program),
        files=len(contents),
        file_bytes=sum(map(len, contents.values())),
        heap=LOADS if board.load_circuits else LAMP,
        notes=(*notes, *_size_notes(found, len(data))),
    )


def _checked(file: Path, options: BuildOptions, board: Board) -> tuple[esp_image.Flash, str, list]:
    """What is in a file, its kind, and what could not be checked. Raises HostError if it is
    none for this board."""
    found, where = esp_image.read(file), str(file)
    kind = PRODUCT if product.board_of(found) or product.has_firmware(found.program) else TRIAL
    _need_version(where, found, _hint(kind))
    notes = _chip_notes(where, found, board, _hint(kind))
    if kind == PRODUCT:
        product.need_product(where, found, options.board)
    else:
        notes += _psram_notes(where, found, options.has_psram)
    return found, kind, notes


def _kept(options: BuildOptions, board: Board) -> Path:
    """The one file of the cache that fits. Raises UsageError if none does, or several do."""
    folder = cache() / KEPT
    fitting = []
    for file in sorted(folder.glob("*.bin")):
        with suppress(HostError):
            _checked(file, options, board)
            fitting.append(file)
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = ", ".join(file.name for file in fitting)
        raise UsageError(f"{folder} has several that fit: {names}", "Name one: --micropython FILE.")
    raise UsageError(
        f"no --micropython, and {folder} has none that fits {board.name}",
        f"{esp_image.WHERE_FROM.format(micropython_series())}\nOr: {product.HOW_TO_BUILD}",
    )


def _files(kind: str, board: Board, micropython: str) -> dict[str, bytes]:
    """Of a product image only what it says of itself: the rest is in its program."""
    if kind == PRODUCT:
        return new_chip.about(PRODUCT, board.name, micropython)
    return trial.files(board.name, _sources(board), micropython)


def _sources(board: Board) -> dict[str, Path]:
    """{name: where it lies} of what a board brings along, as its manifest freezes it."""
    folder = board.path.parent
    own = {chip for row in board.meters + board.photocells for chip in [row[1]]}
    found = {f"{chip}.py": folder / f"{chip}.py" for chip in sorted(own) if is_own(board, chip)}
    if (folder / _APP).is_file():
        found[_APP] = folder / _APP
    return found | modules_of(folder / _MANIFEST) | {board.path.name: board.path}


def _hint(kind: str) -> str:
    """Where to get another MicroPython."""
    if kind == PRODUCT:
        return product.HOW_TO_BUILD
    return esp_image.WHERE_FROM.format(micropython_series())


def _need_version(where: str, found: esp_image.Flash, hint: str) -> None:
    series = micropython_series()
    if not found.version:
        raise HostError(f"{where} has no MicroPython in it, or one without a version", hint)
    number, _, rest = found.version.removeprefix(f"{series}.").partition("-")
    if found.version.startswith(f"{series}.") and number.isdigit() and not rest:
        return
    raise HostError(f"{where} is MicroPython {found.version}: {series}.x is needed", hint)


def _chip_notes(where: str, found: esp_image.Flash, board: Board, hint: str) -> list[str]:
    """Raises HostError if the board's processor is another."""
    wanted = _CHIP_OF_REGISTER.get(board.reset_reason)  # pyright: ignore
    if wanted is None:
        return [f"not checked: RESET_REASON does not tell whether {board.name} has an {found.chip}"]
    if wanted != found.chip:
        raise HostError(f"{where} is for {found.chip}, and {board.name} has an {wanted}", hint)
    return []


def _psram_notes(where: str, stock: esp_image.Flash, has_psram: bool) -> list[str]:
    """Raises HostError where the node would have no room, UsageError where nobody says."""
    uses, name = stock.uses_psram, stock.machine or "without a name"
    hint = _hint(TRIAL)
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
