"""Where things are: the checkout, the cache outside it, the links into the cache."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"


def _cache() -> Path:
    named = os.environ.get("TOMO_CACHE")
    if named:
        return Path(named).resolve()
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "tomoshibi"


CACHE = _cache()


def link(name: str, target: Path) -> None:
    """Let build/NAME point at `target`. Replaced in one step: others may be using it."""
    place = BUILD / name
    if place.is_symlink() and os.readlink(place) == str(target):
        return
    BUILD.mkdir(exist_ok=True)
    fresh = BUILD / f".{name}.{os.getpid()}"
    fresh.symlink_to(target)
    os.replace(fresh, place)


def remove(folder: Path) -> None:
    """Remove a folder that may be there. Interrupted, it leaves nothing under the folder's name."""
    gone = folder.with_name(f"{folder.name}.gone")
    shutil.rmtree(gone, ignore_errors=True)
    with suppress(FileNotFoundError):
        os.replace(folder, gone)
    shutil.rmtree(gone, ignore_errors=True)


def os_release() -> dict[str, str]:
    """The fields of /etc/os-release, such as ID, VERSION_ID, VERSION_CODENAME."""
    try:
        lines = Path("/etc/os-release").read_text().splitlines()
    except OSError:
        return {}
    pairs = (line.split("=", 1) for line in lines if "=" in line)
    return {name: value.strip('"') for name, value in pairs}
