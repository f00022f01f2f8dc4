"""The costed clock: what an instruction takes on it, as it is typed and as a desk node takes it."""

from tomo.errors import UsageError

COSTED = "costed"
# As stubs/unix/costs.py has it. No board was asked: 2 to 3 times as much or as little may be true.
INSTRUCTION_PS = 10_000
# With more the control path alone would take all of its 20 ms.
_LEAST_NS, _MOST_NS = 0.1, 200.0


def typed_ps(clock: str, ns: float | None) -> int:
    """Picoseconds an instruction of RV32's; for None as estimated. Raises UsageError."""
    if ns is None:
        return INSTRUCTION_PS
    if clock != COSTED:
        raise UsageError(
            "--instruction-ns is for --clock costed", "On others running takes no time."
        )
    if not _LEAST_NS <= ns <= _MOST_NS:
        raise UsageError(f"an instruction of {ns:g} ns", f"From {_LEAST_NS:g} to {_MOST_NS:g} ns.")
    return round(ns * 1000)


def node_ps(clock: str, instruction_ps: int) -> int:
    """As a desk node takes it: 0 on a clock that stands still while Python runs."""
    return instruction_ps if clock == COSTED else 0
