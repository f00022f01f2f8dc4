"""What can go wrong that the person at the keyboard can put right.

Exit statuses are part of the interface: 1 refused or failed a check, 2 usage, 3 the node is
silent, 4 the node's answer is wrong, 5 this machine could not (disk, port taken, program missing).
"""


class HostError(Exception):
    """Message for the operator. `hint` is the next thing to try; `exit_code` is for scripts."""

    exit_code = 1
    hint = ""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


class UsageError(HostError):
    """The request itself is off: a name that does not exist, an option that cannot be."""

    exit_code = 2


class MachineRefused(HostError):
    """The machine that we run on could not: no room, no right, a port taken, a program missing."""

    exit_code = 5


class NodeSilent(HostError):
    """The node said nothing for as long as it was given."""

    exit_code = 3
    hint = "Check power, cable and address, or run `tomo node ls` to see who answers."


class NodeWrong(HostError):
    """The node answered, but not what the protocol says."""

    exit_code = 4
    hint = "Look at the frame with `--raw`; if it is one of ours, please report it."
