"""How soon a busy sub-meter has cut all its loads: a short form of `make reaction`."""

from proofs.reaction.run import AIM_US, AIMED, SPEEDS_PS, by_kind, live

# Of each of five kinds, at each speed.
_EACH = 20


def measure() -> dict:
    """By what the node did meanwhile and ns an instruction: how the times spread, and their aim."""
    found = {}
    for seed, ps in enumerate(SPEEDS_PS, 1):
        for kind, row in by_kind(live(seed, _EACH, ps).losses).items():
            aimed = kind.partition(",")[0] in AIMED
            found[f"{kind}, {ps // 1_000} ns"] = row | {
                "aim_ms": AIM_US // 1_000 if aimed else None
            }
    return found
