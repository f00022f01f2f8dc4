"""pyright and the published stubs of the ESP32 port, under one folder in the cache."""

import hashlib
import os
import shutil
from pathlib import Path

from bootstrap import pins, places, system, tools
from bootstrap.progress import run, say, turn


def _folder() -> Path:
    wanted = "\n".join((pins.PYRIGHT_NPM, *pins.TYPINGS))
    return places.CACHE / f"types-{hashlib.sha256(wanted.encode()).hexdigest()[:12]}"


def prepare() -> Path:
    """Return the folder and link build/types to it: typings/ and node_modules/.bin/pyright."""
    folder = _folder()
    if not folder.exists():
        with turn():
            if not folder.exists():
                _fetch(folder)
    places.link("types", folder)
    return folder


def _fetch(folder: Path) -> None:
    system.require()
    say("fetching pyright and the MicroPython stubs (40 MB)")
    fresh = folder.with_name(f"{folder.name}.fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    pip = tools.pip_install(tools.shared())
    log = places.CACHE / "types.log"
    fault = "could not fetch the MicroPython stubs (is the network up?)"
    run([*pip, "--target", fresh / "typings", *pins.TYPINGS], log, fault)
    npm = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--prefix", fresh]
    fault = "could not fetch pyright (is the network up?)"
    run([*npm, pins.PYRIGHT_NPM], log, fault, {"npm_config_cache": str(fresh / "npm-cache")})
    shutil.rmtree(fresh / "npm-cache", ignore_errors=True)
    os.replace(fresh, folder)
