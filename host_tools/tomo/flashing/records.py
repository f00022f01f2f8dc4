"""What is asked for one board, and what came of it: both travel between processes as JSON."""

from dataclasses import asdict, dataclass, field
from typing import Any

from tomo.errors import HostError

# Verdicts.
WRITTEN, UNCHANGED, FAILED = "written", "unchanged", "failed"
# Whether a board starts, as far as its console told.
STARTS, WILL_NOT, NOT_SEEN, NOT_ASKED = "yes", "no", "not seen", "not asked"


@dataclass(frozen=True)
class Job:
    """One board's part; travels to its worker as JSON.

    erase     names as `erasing.asked` gives them
    speeds    baud to try, one after the other
    attempts  to connect
    watch_s   how long to wait for the first word of what was flashed; 0: not at all
    """

    port: str
    image: str
    board: str
    sha256: str
    erase: tuple[str, ...] = ()
    speeds: tuple[int, ...] = (460_800, 115_200)
    attempts: int = 7
    watch_s: float = 4.0


@dataclass
class Result:
    """written, skipped   bytes by region
    status             as a command's exit status
    starts, last_line  what the console said afterwards
    """

    port: str
    verdict: str = FAILED
    status: int = 0
    reason: str = ""
    hint: str = ""
    chip: str = ""
    mac: str = ""
    flash_bytes: int = 0
    table: str = ""
    written: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    erased: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    starts: str = NOT_ASKED
    last_line: str = ""
    seconds: float = 0.0

    def fail(self, error: HostError) -> None:
        self.verdict, self.status = FAILED, error.exit_code
        self.reason, self.hint = str(error), error.hint

    def fields(self) -> dict[str, Any]:
        return asdict(self)
