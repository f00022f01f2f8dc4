"""Chips of the board's own: their drivers and models, which lie beside its board.py."""

import sys


class NoModel(Exception):
    """A word of the rows that the desk has no model for; says which file it wants."""


def model(word: str):
    """The class Model of WORD_model.py. Raises NoModel.

    Brings in the driver, too: once the node runs, it sees the files of its chip alone.
    """
    _bring_in(word)
    try:
        return __import__(word + "_model").Model
    except (ImportError, AttributeError) as error:
        raise NoModel(
            "no model of %s (%s): write %s_model.py beside board.py, with a class Model as "
            "docs/porting.md tells" % (word, error, word)
        )


def _bring_in(word: str) -> None:
    try:
        driver = getattr(__import__(word), "Driver", None)
        if isinstance(driver, type):
            # Late: it brings in a module of the firmware, which other boards shall not have yet.
            from counts_check import watch

            watch(word, driver)
    except Exception as error:
        sys.modules[word] = _Failed(error)


class _Failed:
    """A module that could not be imported: whoever wants something of it learns why."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str):
        raise self._error
