"""Code that is needed for a moment: a board's memory has room for what it needs all the time."""

import sys

_OURS = "tomoshibi."


def let_go(*names: str) -> None:
    """Forget these modules ("room.name") of ours, of which nothing is in use.

    Whoever needs one imports it anew.

    They are emptied as well: something of one that is still about, such as a word on the stack,
    would keep all that it has imported. A room that is left without any goes, too.
    """
    for name in names:
        module = sys.modules.pop(_OURS + name, None)
        if module is not None:
            module.__dict__.clear()
            room, _, word = name.partition(".")
            left = sys.modules[_OURS + room].__dict__
            left.pop(word)
            if all(each.startswith("__") for each in left):
                del sys.modules[_OURS + room]
