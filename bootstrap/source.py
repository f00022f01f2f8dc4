"""The pinned MicroPython source: fetched from Debian, or the developer's own tree.

MICROPYTHON_SRC names an unpacked upstream tree of the same version, for machines without Debian's
archive.
"""

import hashlib
import os
import re
import shutil
from pathlib import Path

from bootstrap import debian, pins, places, system
from bootstrap.progress import SetupError, run, say, turn

# The desk build and the manifest reader need no more of the tree (16 of 50 MB); ports/esp32 is what
# the board folders are compared with.
_PARTS = (
    *("py", "extmod", "shared", "lib", "drivers", "tools", "mpy-cross", "LICENSE"),
    *("ports/unix", "ports/esp32"),
)
_TOP = f"micropython-{pins.MICROPYTHON_VERSION}"


def identity() -> str:
    """What goes into the name of everything made of the source."""
    own = os.environ.get("MICROPYTHON_SRC")
    if not own:
        return pins.MICROPYTHON_SHA256
    header = Path(own, "py", "mpconfig.h")
    stamp = header.read_bytes() if header.exists() else b""
    return f"{Path(own).resolve()} {hashlib.sha256(stamp).hexdigest()}"


def prepare() -> Path:
    """Return the source folder, fetched if need be, and link build/micropython to it."""
    own = os.environ.get("MICROPYTHON_SRC")
    folder = _own_tree(Path(own)) if own else places.CACHE / _TOP
    if not own and _missing(folder):
        with turn():
            fetch()
    places.link("micropython", folder)
    return folder


def fetch(*more: str) -> Path:
    """The source folder, with parts of the tree that only some need. The caller holds the cache."""
    own = os.environ.get("MICROPYTHON_SRC")
    if own:
        return _own_tree(Path(own))
    folder = places.CACHE / _TOP
    missing = _missing(folder, *more)
    if not missing:
        return folder
    if not debian.available():
        raise SetupError(
            "MicroPython's source comes from Debian's archive, and this machine does not use it. "
            f"Unpack upstream's v{pins.MICROPYTHON_VERSION} and set MICROPYTHON_SRC to that folder"
        )
    system.require()
    say(f"fetching MicroPython {pins.MICROPYTHON_VERSION} (17 MB)")
    apt = debian.PrivateApt(places.CACHE / "apt-source", pins.MICROPYTHON_SUITE, None)
    tarball = apt.fetch(pins.MICROPYTHON_PACKAGE, pins.MICROPYTHON_SHA256)
    fresh = places.CACHE / "unpacking"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    parts = [f"{_TOP}/{part}" for part in missing]
    log = places.CACHE / "unpack.log"
    run(["tar", "-C", fresh, "-xJf", tarball, *parts], log, "could not unpack MicroPython")
    for part in missing:
        (folder / part).parent.mkdir(parents=True, exist_ok=True)
        os.replace(fresh / _TOP / part, folder / part)
    shutil.rmtree(fresh)
    shutil.rmtree(places.CACHE / "apt-source")
    return folder


def _missing(folder: Path, *more: str) -> list[str]:
    """Parts that are not there yet, such as one that an older release did not need."""
    return [part for part in (*_PARTS, *more) if not (folder / part).exists()]


def _own_tree(folder: Path) -> Path:
    try:
        header = (folder / "py" / "mpconfig.h").read_text()
    except OSError:
        raise SetupError(f"MICROPYTHON_SRC={folder} is not a MicroPython source tree") from None
    fields = ("MAJOR", "MINOR", "MICRO")
    found = [re.search(rf"#define MICROPY_VERSION_{field} (\d+)", header) for field in fields]
    version = ".".join(match[1] if match else "?" for match in found)
    if version != pins.MICROPYTHON_VERSION:
        raise SetupError(
            f"MICROPYTHON_SRC={folder} is version {version}; needed is {pins.MICROPYTHON_VERSION}"
        )
    return folder.resolve()
