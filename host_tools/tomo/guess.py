"""What somebody may have meant by a word that is none of those known."""

import difflib
from collections.abc import Sequence


def meant(word: str, known: Sequence[str]) -> str:
    """The nearest of `known`; empty if none is near."""
    near = difflib.get_close_matches(word, known, 3, 0.5)
    # Of equally near ones the one made of the same letters: `=` is nearer to `==` than to `>=`.
    near.sort(key=lambda one: set(one) != set(word))
    return near[0] if near else ""
