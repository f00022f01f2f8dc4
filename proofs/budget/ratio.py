"""Holds the costed clock against RV32: instructions there, by what the desk counts for them.

1 is right. desk32's weights are one for each byte code, call and block of heap (docs/desk.md), so
an operation that is Python throughout comes out right, and what is long in C costs more than is
counted; desk32c counts the C itself.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Limits(NamedTuple):
    least: float
    most: float


USUAL = Limits(0.5, 2.0)
# By the desk's program; known not to be within the usual limits, and why.
KNOWN = {
    "desk32": {
        # Names are looked up, code objects and dictionaries built: all within single byte codes.
        "import": Limits(6.0, 18.0),
        # It imports reporting.echonet_own for the answer, and lets it go.
        "ECHONET answer, node profile: D6": Limits(0.5, 2.5),
    },
    "desk32c": {
        # Most likely names, compared and copied by the C library, which is not counted.
        "import": Limits(1.0, 3.0),
    },
}


def ratios(counted: Mapping[str, int], on_desk: Mapping[str, int]) -> dict[str, float]:
    """RV32's instructions by the desk's, of what both counted."""
    return {
        name: counted[name] / desk for name, desk in on_desk.items() if desk and name in counted
    }


def wrong(found: Mapping[str, float], wanted: Mapping[str, int], program: str) -> list[str]:
    """What is out of the program's limits, and what of `wanted` it has not counted."""
    missing = sorted(wanted.keys() - found.keys())
    lines = [f"{name} is not counted on {program}" for name in missing]
    for name, ratio in sorted(found.items()):
        least, most = KNOWN[program].get(name, USUAL)
        if not least <= ratio <= most:
            lines.append(
                f"{name} takes {ratio:.2f} of what {program} counts, not {least} to {most}"
            )
    return lines
