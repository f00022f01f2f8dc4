"""Runs tests of one file on the RV32 build: one QEMU, and all they need in a bundle in its memory.

The firmware is the frozen one; test files and what they import are compiled as for desk32's frozen
firmware (tests/desk_bridge.py).
"""

import json
import subprocess
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from boards.flash_map import FLASH_SIZE
from bootstrap import rv32
from tests.desk_bridge import BOARDS, DATA, ROOT, TESTS, in_build

# As stubs/rv32/bundle.py has it.
_LIST_SIZE = 16_384
_BLANK = b"\xff"
_PROGRAM = "PROGRAM=run_tests\n"


def run(path: Path, wanted: Iterable[tuple[str, str]], heap: int, limit_s: float) -> str:
    """What the machine says of the tests (class, name) of `path`, in at most `limit_s` seconds."""
    name = str(path.relative_to(ROOT))
    files = _shared() | {
        "wanted": json.dumps([f"/{name}", list(wanted)]).encode(),
        **_as_compiled(path),
    }
    with tempfile.TemporaryDirectory(prefix="rv32-test-") as folder:
        places = {
            rv32.ENVIRONMENT: _PROGRAM.encode(),
            rv32.FLASH: _BLANK * FLASH_SIZE,
            rv32.BUNDLE: bundle(files),
        }
        loaded = {}
        for address, content in places.items():
            loaded[address] = Path(folder, f"{address:x}")
            loaded[address].write_bytes(content)
        command = rv32.command(ROOT / "build" / rv32.PROGRAM, loaded, heap)
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=limit_s,
                check=False,
            )
            said = done.stdout
        except subprocess.TimeoutExpired as late:
            said = (late.stdout or b"") + f"\nno end after {limit_s:g} s\n".encode()
    return said.decode(errors="replace").replace("\r\n", "\n")


def bundle(files: dict[str, bytes]) -> bytes:
    """`files` by path, as stubs/rv32/bundle.py reads them."""
    lines, body = [""], b""
    for path, content in files.items():
        lines.append(f"{path} {_LIST_SIZE + len(body)} {len(content)}")
        body += content
    head = "\n".join([*lines, ""]).encode()
    if len(head) >= _LIST_SIZE:
        raise ValueError(f"a list of {len(head)} bytes, {_LIST_SIZE - 1} at most")
    return head.ljust(_LIST_SIZE, b"\0") + body


@cache
def _shared() -> dict[str, bytes]:
    """What any test may import or read."""
    found = {}
    for name in TESTS:
        folder = in_build(ROOT / name, True)
        for each in sorted(folder.rglob("*.*py")):
            found[f"{name}/{each.relative_to(folder)}"] = each.read_bytes()
    for each in sorted(path for name in BOARDS for path in (ROOT / name).rglob("*.py")):
        if each.name != "manifest.py":
            found |= _as_compiled(each)
    for each in sorted((ROOT / DATA).iterdir()):
        found[f"{DATA}/{each.name}"] = each.read_bytes()
    return found


def _as_compiled(path: Path) -> dict[str, bytes]:
    into = in_build(path, True)
    # A file that does not compile is there as it is.
    done = into.with_suffix(".mpy") if into.with_suffix(".mpy").exists() else into
    return {str(path.relative_to(ROOT).with_suffix(done.suffix)): done.read_bytes()}
