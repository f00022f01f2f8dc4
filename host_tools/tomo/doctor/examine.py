"""All checks of a machine, one after the other."""

from collections.abc import Iterator
from importlib import import_module

from tomo.doctor.records import FAIL, Finding

# Module of this folder and its functions. Imported one by one: a package that is missing is what
# one of them finds, and must not keep the others from looking.
CHECKS = (
    ("tools", ("python", "packages", "cross_compiler", "desk_programs")),
    ("machine", ("cache", "room", "clock", "own_boards")),
    ("ports", ("ports", "grabbers")),
    ("network", ("network", "port", "firewall")),
)


def need_targets(targets: list[str]) -> None:
    """Raise UsageError for one that is no port, folder or address."""
    if targets:
        asked = import_module("tomo.doctor.node")
        for target in targets:
            asked.need_target(target)


def all_of(targets: list[str]) -> Iterator[Finding]:
    """Of this machine, and of each node that was named."""
    for module, names in CHECKS:
        for name in names:
            yield from _looked(module, name)
    for target in targets:
        yield from _looked("node", "node", target)


def _looked(module: str, name: str, *target: str) -> Iterator[Finding]:
    """A check that breaks has found something, too, and the others go on."""
    try:
        yield from getattr(import_module(f"tomo.doctor.{module}"), name)(*target)
    except Exception as error:
        found = f"cannot be looked at: {type(error).__name__}: {error}"
        remedy = "make setup" if isinstance(error, ImportError) else "Open an issue with this line."
        yield Finding(target[0] if target else name.replace("_", " "), FAIL, found, remedy)
