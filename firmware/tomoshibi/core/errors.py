"""Faults a node expects to meet in the field and recovers from.

A class exists here because some caller handles it. A bug is not listed: it stays the built-in
exception it is and reaches the supervisor, which tells it and starts the job again. What each
carries, in this order, is in `args`; attributes would cost a function and a dictionary a class.

Those that a node meets only at start, or while it is being set up, are in core.refusals; those by
which a job or a link ends, in core.ends.
"""


class NodeFault(Exception):
    """Base of the faults below. `code` goes on the wire, so a number is never given twice."""

    code = 0


class ChipSilent(NodeFault):
    """(chip, got, want): a chip sent `got` of the `want` bytes it owed."""

    code = 1


class PacketCorrupt(NodeFault):
    """(chip, got, want): a packet or register failed its check, `want` was due."""

    code = 2


class FlashFailed(NodeFault):
    """(what,): something that is to be kept could not be written, the flash did not take it."""

    code = 7
