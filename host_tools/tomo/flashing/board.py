"""Flashes one board: looks who it is, compares, erases what was asked for, writes what differs."""

import time
from collections.abc import Callable

from boards.flash_map import FLASH_SIZE
from tomo.errors import HostError
from tomo.flashing import erasing
from tomo.flashing.loader import Garbled, Loader
from tomo.flashing.plan import SECTOR, Piece, Plan
from tomo.flashing.records import UNCHANGED, WILL_NOT, WRITTEN, Job, Result
from tomo.flashing.start import watch_start

_MIB = 1 << 20

Tell = Callable[..., None]  # (event, **fields)


def flash_board(job: Job, plan: Plan, tell: Tell) -> Result:
    """What came of it, good or bad. `tell` is called with `board`, `note`, `erase`, `write`."""
    began = time.monotonic()
    run = _Run(job, plan, tell)
    try:
        run.flash()
    except HostError as error:
        run.result.fail(error)
    run.result.seconds = round(time.monotonic() - began, 1)
    return run.result


class _Run:
    def __init__(self, job: Job, plan: Plan, tell: Tell) -> None:
        self.result = Result(job.port)
        self._job = job
        self._plan = plan
        self._tell = tell
        # Outlives an attempt: what was erased once is not erased again.
        self._to_erase = job.erase

    def flash(self) -> None:
        *fast, last = self._job.speeds
        for speed in fast:
            try:
                self._attempt(speed)
                return
            except Garbled as error:
                self._note(f"at {speed} baud: {error}; again at a lower speed")
        self._attempt(last)

    def _attempt(self, speed: int) -> None:
        with Loader(self._job.port, speed, self._job.attempts) as loader:
            self._identify(loader)
            self._bring(loader)
            self._start(loader)

    def _identify(self, loader: Loader) -> None:
        """Raises HostError if this is no board for the image."""
        result, plan = self.result, self._plan
        if result.mac and result.mac != loader.mac:
            raise HostError(f"{loader.where} is another board now: {loader.mac}, was {result.mac}")
        result.chip, result.mac, result.flash_bytes = loader.chip, loader.mac, loader.flash_bytes
        self._tell("board", chip=loader.chip, mac=loader.mac, flash_bytes=loader.flash_bytes)
        where = loader.where
        if loader.chip != plan.chip:
            raise HostError(
                f"{where} is an {loader.chip}, and the image is for {plan.chip}",
                "Is it the right board, and the right --board?",
            )
        if loader.locked:
            raise HostError(f"{where}: its fuses allow signed or encrypted programs only")
        needed = max(FLASH_SIZE, plan.made_for_bytes)
        if loader.flash_bytes < needed:
            size = (
                f"{loader.flash_bytes // _MIB} MiB of flash" if loader.flash_bytes else "no flash"
            )
            raise HostError(f"{where} has {size}, and the image needs {needed // _MIB} MiB")

    def _bring(self, loader: Loader) -> None:
        result, plan = self.result, self._plan
        table = erasing.table_in(loader)
        result.table = result.table or table
        erasing.need_word(loader, table, self._to_erase)
        self._tell("compare")
        wrong = [one for one in plan.pieces if loader.md5(one.at, len(one.data)) != one.md5]
        spans = self._spans(loader)
        if wrong or any(_meet(piece, spans) for piece in plan.pieces):
            if table != erasing.OURS:
                self._note(f"its partition table was {table}")
            self._disable(loader)
            wrong = [p for p in plan.pieces if p in wrong or p == plan.header or _meet(p, spans)]
        self._erase(loader, spans)
        self._write(loader, wrong)
        for piece in plan.pieces:
            if piece not in wrong and piece.region not in result.written:
                result.skipped[piece.region] = _sum_of(plan.pieces, piece.region)
        changed = result.written or result.erased
        result.verdict = WRITTEN if changed else UNCHANGED

    def _disable(self, loader: Loader) -> None:
        """From here until its header is written the board does not start."""
        at = self._plan.header.at
        if not loader.is_blank(at, SECTOR):
            loader.erase(at, SECTOR)

    def _spans(self, loader: Loader) -> dict[str, tuple[int, int]]:
        """By name, what is to be erased and is not blank yet."""
        wanted = {name: erasing.PLACES.get(name) for name in self._to_erase if name != erasing.NONE}
        spans = {name: place or (0, loader.flash_bytes) for name, place in wanted.items()}
        return {name: place for name, place in spans.items() if not loader.is_blank(*place)}

    def _erase(self, loader: Loader, spans: dict[str, tuple[int, int]]) -> None:
        for name, (at, size) in spans.items():
            self._tell("erase", region=name)
            if name == erasing.ALL:
                loader.erase_all()
            else:
                loader.erase(at, size)
            if not loader.is_blank(at, size):
                raise Garbled(f"{loader.where}: {name} is not blank after it was erased")
            self.result.erased.append(name)
        self._to_erase = tuple(name for name in self._to_erase if name == erasing.NONE)

    def _write(self, loader: Loader, pieces: list[Piece]) -> None:
        total = sum(len(piece.data) for piece in pieces)
        done = 0
        for piece in pieces:
            self._tell("write", region=piece.region, done=done, total=total)
            loader.write(piece.at, piece.data)
            done += len(piece.data)
            written = self.result.written
            written[piece.region] = written.get(piece.region, 0) + len(piece.data)
        if pieces:
            self._tell("write", region=pieces[-1].region, done=done, total=total)

    def _start(self, loader: Loader) -> None:
        loader.reset()
        if not self._job.watch_s:
            return
        self._tell("start")
        result = self.result
        result.starts, result.last_line = watch_start(loader, self._job.watch_s)
        if result.starts == WILL_NOT:
            raise HostError(
                f"{loader.where}: all is written, and the board does not start: {result.last_line}",
                "Look at its console; `tomo flash` again compares all that was written.",
            )

    def _note(self, text: str) -> None:
        self.result.notes.append(text)
        self._tell("note", text=text)


def _meet(piece: Piece, spans: dict[str, tuple[int, int]]) -> bool:
    return any(piece.at < at + size and at < piece.end for at, size in spans.values())


def _sum_of(pieces: tuple[Piece, ...], region: str) -> int:
    return sum(len(piece.data) for piece in pieces if piece.region == region)
