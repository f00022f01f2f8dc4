"""Catches names that a driver's records do not have.

MicroPython takes any name that is assigned: what is misspelt would only show as a reading of 0.
"""

from tomoshibi.core.readings import Counts

_HAS = Counts().__dict__


def strange(counts) -> list:
    """Names in a record that are none of `Counts`."""
    return [name for name in counts.__dict__ if name not in _HAS]


def watch(word: str, driver: type) -> None:
    """From here on `collect` of this class, of WORD.py, raises AttributeError for such a name."""
    collect = getattr(driver, "collect", None)
    if collect is None:  # a photocell's
        return

    def watched(self, counts):
        full = collect(self, counts)
        for record in counts:
            if len(record.__dict__) != len(_HAS):
                raise AttributeError(
                    "%s.py: Counts has no %s, it has %s"
                    % (word, ", ".join(strange(record)), ", ".join(sorted(_HAS)))
                )
        return full

    setattr(driver, "collect", watched)  # noqa: B010 - for any class
