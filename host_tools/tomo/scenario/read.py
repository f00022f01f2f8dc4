"""A scenario file, read and checked: a `Scenario`, or every problem with its line."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from tomo.errors import UsageError
from tomo.scenario import records
from tomo.scenario.check import advise, check
from tomo.scenario.of_site import said_here, strangers, whole
from tomo.scenario.schema import ROOT, ROOT_OF_SITE
from tomo.site.read import SiteError
from tomo.site.read import read as read_site
from tomo.tables.locate import Problem
from tomo.tables.reading import NoTables, located, read_tables, values_of


class ScenarioError(UsageError):
    """The file is not a scenario; one line a problem, with file, line and what was expected."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems), "Correct the file and run the command again.")
        self.problems = problems


def read(path: Path) -> records.Scenario:
    """The scenario in `path`. Raises ScenarioError with all problems found, BoardUnsound."""
    try:
        text, raw = read_tables(path)
    except NoTables as error:
        raise ScenarioError([str(error)]) from None
    if isinstance(raw.get("site"), str):
        return _read_with_site(path, text, raw)
    problems: list[Problem] = []
    values = values_of(ROOT, raw, (), problems)
    scenario = None if problems else _records(path, values)
    if scenario:
        problems = check(scenario)
    if problems or scenario is None:
        raise ScenarioError(_told(path, text, problems))
    return replace(scenario, warnings=tuple(_told(path, text, advise(scenario))))


def _read_with_site(path: Path, text: str, raw: dict) -> records.Scenario:
    """The same of a scenario that names a site file, in which everything has to be right, too."""
    problems: list[Problem] = []
    values = values_of(ROOT_OF_SITE, raw, (), problems)
    unsaid = {
        kind: values_of(ROOT_OF_SITE.arrays[kind], {}, (), []) for kind in ("appliance", "lamp")
    }
    try:
        found = read_site(path.parent / raw["site"])
    except SiteError as error:
        raise ScenarioError(_told(path, text, problems) + list(map(str, error.mistakes))) from None
    problems += strangers(values, found.site)
    if problems:
        raise ScenarioError(_told(path, text, problems))
    scenario = _records(path, whole(values, found.site, unsaid))

    def told(problems: list[Problem]) -> list[str]:
        here = [(said_here(values, found.site, where), what) for where, what in problems]
        return _told(path, text, here)

    if wrong := told(check(scenario)):
        raise ScenarioError(wrong)
    return replace(scenario, warnings=(*map(str, found.warnings), *told(advise(scenario))))


def _told(path: Path, text: str, problems: list[Problem]) -> list[str]:
    return [str(mistake) for mistake in located(path, text, problems)]


def _records(path: Path, values: dict) -> records.Scenario:
    pv = values["pv"]
    return records.Scenario(
        path=path,
        site=records.Site(**values["site"]),
        grid=records.Grid(**values["grid"]),
        inverter=records.Inverter(**values["inverter"]),
        battery=records.Battery(**values["battery"]),
        pv=records.Pv(records.Profile(**pv["profile"])) if pv else None,
        node=tuple(_node(node) for node in values["node"]),
        event=tuple(_event(event) for event in values["event"]),
        expect=tuple(records.Expect(**expect) for expect in values["expect"]),
    )


def _event(values: dict) -> records.Event:
    """What every event may have in fields of its own; the figures that its kind needs together."""
    own = {field.name for field in fields(records.Event)} & set(values)
    figures = {name: value for name, value in values.items() if name not in own}
    return records.Event(**{name: values[name] for name in own}, figures=figures)


def _load(values: dict) -> records.Load:
    """The settings of a load that nobody on the host minds stay together."""
    own = {field.name for field in fields(records.Load)} & set(values)
    settings = {name: value for name, value in values.items() if name not in own}
    profile = records.Profile(**values["profile"])
    known: dict[str, Any] = {name: values[name] for name in own} | {"profile": profile}
    return records.Load(**known, settings=settings)


def _node(values: dict) -> records.Node:
    loads = tuple(_load(load) for load in values["load"])
    lamps = tuple(records.Lamp(**lamp) for lamp in values["lamp"])
    settings = {name: value for name, value in values["settings"].items() if value is not None}
    return records.Node(values["name"], values["board"], values["ip"], settings, loads, lamps)
