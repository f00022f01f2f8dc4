"""docs/settings.md, from the firmware's table of settings: `make docs`. A test compares."""

from collections.abc import Iterable

from tomo.jobs.stored_settings import Declared, declared
from tomo.render.settings import words

_HEAD = """# Settings of a node

Made from `firmware/tomoshibi/settings/declared.py` by `make docs`: change it there.
`tomo settings list` prints the same.

A setting that is not stored has its default. One that may not be what it is stored as counts as its
default, and the node says so when it starts (`setting refused`). Values are of their own type: a
whole number has no point and no quotes, and 1 is not true. Change them with
`tomo settings set TARGET KEY VALUE`, or `set KEY VALUE` on the console, whose answer says if the
node must restart (`reboot`).

"""
_COLUMNS = "| setting | range | default | a change applies | by | |\n|---|---|---|---|---|---|\n"
_LOADS = """
## Loads

Of the load on each relay, in order of circuit; `NUMBER` counts from 0. A relay that no load is set
for has the defaults.

"""
_PLACES = """
## Places

Of the objects that the node shows over ECHONET Lite; `OBJECT` is six hexadecimal digits in
capitals, such as 028D01. What a controller sets is in flash within an hour of healthy grid
(`firmware/tomoshibi/node/places_job.py`). A scenario says none.

"""


def page() -> str:
    """The whole file."""
    rows = list(declared())
    groups = {_HEAD: "", _LOADS: "loads", _PLACES: "places"}
    return "".join(
        head + _table(one for one in rows if one.key.rpartition(".")[0].partition(".")[0] == group)
        for head, group in groups.items()
    )


def _table(rows: Iterable[Declared]) -> str:
    return _COLUMNS + "".join(_line(one) for one in rows)


def _line(one: Declared) -> str:
    default = words(one.default, one.unit)
    cells = (f"`{one.key}`", one.allowed, default, one.applies, one.who, one.words)
    return f"| {' | '.join(cells)} |\n"
