"""Holds the costed clock against RV32: instructions there, by what the desk counts for them.

1 is right. The weights are one for each byte code, call and block of heap (docs/desk.md), so an
operation that is Python throughout comes out right; what is long in C costs more than is counted.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Limits(NamedTuple):
    least: float
    most: float


USUAL = Limits(0.5, 2.0)
# Known not to be within the usual limits, and why.
KNOWN = {
    # Names are looked up, code objects and dictionaries built: all within single byte codes.
    "import": Limits(6.0, 18.0),
    # It imports reporting.echonet_own for the answer, and lets it go.
    "ECHONET answer, node profile: D6": Limits(0.5, 2.5),
}


def ratios(counted: Mapping[str, int], on_desk: Mapping[str, int]) -> dict[str, float]:
    """RV32's instructions by the desk's, of what both counted."""
    return {
        name: counted[name] / desk for name, desk in on_desk.items() if desk and name in counted
    }


def wrong(found: Mapping[str, float], wanted: Mapping[str, int]) -> list[str]:
    """What is out of its limits, and what of `wanted` the desk has not counted."""
    lines = [f"{name} is not counted on the desk" for name in sorted(wanted.keys() - found.keys())]
    for name, ratio in sorted(found.items()):
        least, most = KNOWN.get(name, USUAL)
        if not least <= ratio <= most:
            lines.append(f"{name} takes {ratio:.2f} of what the desk counts, not {least} to {most}")
    return lines
