"""The folder that a run writes into: one run at a time, no old verdict, nobody else's files.

A file OURS in the folder says that earlier runs wrote the results in it, and is the lock of the run
that writes now. A file OURS in `nodes` says that `nodes` was made by a run and may be removed.
"""

import fcntl
import shutil
from pathlib import Path
from typing import IO

from tomo.errors import HostError, MachineRefused, UsageError
from tomo.files import writing

OURS = ".tomo-run"
RESULTS = ("summary.json", "timeline.jsonl", "report.html")
_SAYS = "Made by `tomo site run`, which replaces its results and `nodes` whenever it starts here.\n"


class RunFolder:
    """Ours alone inside the `with`, and cleared of what an earlier run left.

    Raises HostError, and leaves everything as it is, if another run writes there, if there is
    something but no run has ever written there, if `nodes` is not from a run, or if it cannot be
    written to.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.nodes = path / "nodes"

    def __enter__(self) -> "RunFolder":
        with writing(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            if not (self.path / OURS).exists() and any(self.path.iterdir()):
                raise _not_ours(self.path)
            self._lock_file = _locked(self.path)
        try:
            with writing(self.path):
                if not _may_clear(self.nodes):
                    raise _not_ours(self.nodes)
                self._clear()
        except BaseException:
            self._lock_file.close()
            raise
        return self

    def __exit__(self, *_exc: object) -> None:
        self._lock_file.close()

    def write(self, name: str, text: str) -> None:
        with writing(self.path / name):
            (self.path / name).write_text(text, encoding="utf-8")

    def _clear(self) -> None:
        for name in RESULTS:
            (self.path / name).unlink(missing_ok=True)
        self.nodes.mkdir(exist_ok=True)
        (self.nodes / OURS).write_text(_SAYS, encoding="utf-8")
        # The mark stays all the time: what is left of a clearing that was cut short is ours, too.
        for folder in self.nodes.iterdir():
            if folder.is_dir() and not folder.is_symlink():
                shutil.rmtree(folder)
            elif folder.name != OURS:
                folder.unlink()


def _may_clear(folder: Path) -> bool:
    if folder.is_symlink() or not folder.is_dir():
        return not folder.is_symlink() and not folder.exists()
    return (folder / OURS).is_file() or not any(folder.iterdir())


def _not_ours(path: Path) -> HostError:
    return UsageError(
        f"{path} is not from a run of `tomo site run`; nothing was touched",
        "Name another folder with --out, or move it away.",
    )


def _locked(folder: Path) -> IO[str]:
    """The lock, held until it is closed or this process ends."""
    file = (folder / OURS).open("a", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not file.tell():
            file.write(_SAYS)
            file.flush()
    except BlockingIOError:
        file.close()
        raise MachineRefused(
            f"another run is writing to {folder}; wait for it or use --out",
            f"Its lock is {folder / OURS}.",
        ) from None
    except BaseException:
        file.close()
        raise
    return file
