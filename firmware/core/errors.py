"""Faults a node expects to meet in the field and recovers from.

A class exists here because some caller handles it. A bug is not listed: it stays the built-in
exception it is and reaches the supervisor, which tells it and starts the job again.

Those that a node meets only at start, or while it is being set up, are in core.refusals.
"""


class NodeFault(Exception):
    """Base of the faults below. `code` goes on the wire, so a number is never given twice."""

    code = 0


class ChipSilent(NodeFault):
    """A chip sent `got` of the `want` bytes it owed."""

    code = 1

    def __init__(self, chip: str, got: int, want: int) -> None:
        super().__init__(chip, got, want)
        self.chip = chip
        self.got = got
        self.want = want


class PacketCorrupt(NodeFault):
    """A chip's packet or register failed its check: `got` was read where `want` was due."""

    code = 2

    def __init__(self, chip: str, got: int, want: int) -> None:
        super().__init__(chip, got, want)
        self.chip = chip
        self.got = got
        self.want = want


class JobStalled(NodeFault):
    """The job `job` is `late_ms` past its deadline."""

    code = 4

    def __init__(self, job: str, late_ms: int) -> None:
        super().__init__(job, late_ms)
        self.job = job
        self.late_ms = late_ms


class JobEnded(NodeFault):
    """The job `job` returned; jobs run for ever."""

    code = 5

    def __init__(self, job: str) -> None:
        super().__init__(job)
        self.job = job


class LinkDown(NodeFault):
    """The way out `link` cannot be opened; `reason` is the platform's errno, or its words."""

    code = 6

    def __init__(self, link: str, reason: int | str) -> None:
        super().__init__(link, reason)
        self.link = link
        self.reason = reason


class FlashFailed(NodeFault):
    """What should be kept in `what` could not be written: the flash did not take it."""

    code = 7

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what
