"""What a check found."""

from dataclasses import dataclass

OK, WARN, FAIL = "ok", "warn", "fail"


@dataclass(frozen=True)
class Finding:
    """state   OK, WARN (work is possible all the same) or FAIL
    remedy  what to do, a command where there is one; empty if nothing is to be done
    """

    check: str
    state: str
    found: str
    remedy: str = ""
