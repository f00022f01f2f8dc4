"""Code that is needed for a moment: a board's memory has room for what it needs all the time."""

import sys


def let_go(*names: str) -> None:
    """Forget these modules, of which nothing is in use: whoever needs one imports it anew.

    They are emptied as well: something of one that is still about, such as a word on the stack,
    would keep all that it has imported.
    """
    for name in names:
        module = sys.modules.pop(name, None)
        if module is not None:
            module.__dict__.clear()
            package, _, word = name.rpartition(".")
            if package:
                sys.modules[package].__dict__.pop(word)
