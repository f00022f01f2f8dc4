"""A site file, read and checked as a whole: every mistake in it at once, each with its line."""

from dataclasses import dataclass, fields
from pathlib import Path

from tomo.errors import UsageError
from tomo.site import records
from tomo.site.check import advise, check
from tomo.site.schema import ROOT
from tomo.tables.locate import Problem
from tomo.tables.reading import Mistake, NoTables, located, read_tables, values_of


class SiteError(UsageError):
    """The file is not a sound site; one line a mistake."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        hint = "Correct the file; `tomo site check` tells when it is sound."
        super().__init__("\n".join(map(str, mistakes)), hint)
        self.mistakes = mistakes


@dataclass(frozen=True)
class Findings:
    """A site and what is to be said of it. With errors it is only what could be made of the file:
    a value that is missing or wrong is its default there, or nothing of its kind.
    """

    site: records.Site
    errors: list[Mistake]
    warnings: list[Mistake]


def look(path: Path) -> Findings:
    """What is in the file, sound or not. Raises NoTables where there are no tables in it."""
    text, raw = read_tables(path)
    problems: list[Problem] = []
    values = values_of(ROOT, raw, (), problems)
    site = _records(path, values)
    # Of values that stand for what is missing or wrong nothing more is to be told.
    advice = [] if problems else list(advise(site))
    # A key that has been found fault with is left alone, and serials with such a key; another
    # table is not.
    blamed = {where for where, _ in problems if where and isinstance(where[-1], str)}
    blamed |= {where[:-1] for where in blamed if where[0] == "serials"}
    problems += [problem for problem in check(site) if problem[0] not in blamed]
    return Findings(site, located(path, text, problems), located(path, text, advice))


def read(path: Path) -> Findings:
    """A sound site and its warnings. Raises SiteError with every mistake."""
    try:
        found = look(path)
    except NoTables as error:
        raise SiteError([error.mistake]) from None
    if found.errors:
        raise SiteError(found.errors)
    return found


def _records(path: Path, values: dict) -> records.Site:
    network = values["network"]
    return records.Site(
        path=path,
        **values["site"],
        network=records.Network(network["ssid"], network["ntp_server"]),
        inverter=records.Inverter(**values["inverter"]),
        serials=tuple(records.Serials(**one) for one in values["serials"]),
        node=tuple(_node(node) for node in values["node"]),
    )


def _node(values: dict) -> records.Node:
    settings = {name: value for name, value in values["settings"].items() if value is not None}
    return records.Node(
        **values
        | {
            "settings": settings,
            "load": tuple(_load(load) for load in values["load"]),
            "lamp": tuple(records.Lamp(**lamp) for lamp in values["lamp"]),
        }
    )


def _load(values: dict) -> records.Load:
    """The settings of a load that nobody on the host minds stay together."""
    own = {one.name for one in fields(records.Load)} & set(values)
    settings = {name: value for name, value in values.items() if name not in own}
    return records.Load(**{name: values[name] for name in own}, settings=settings)
