"""The example's house and shop more than once, behind a larger inverter, and a blackout there."""

import re
from pathlib import Path

from proofs.on_desk import ROOT

_SITE = ROOT / "examples" / "site.toml"
_SCENARIO = ROOT / "scenarios" / "street.toml"
# What is there again: how often it was, and whose.
_AGAIN = ((2, "house"), (2, "shop"), (3, "house"), (3, "shop"), (4, "house"))
_ADDRESSES = 20  # of a copy, beyond those of the original
_LARGER = {"continuous_w = 3000": "continuous_w = 12000", "surge_w = 6000": "surge_w = 24000"}


def wide_street(folder: Path) -> tuple[Path, Path]:
    """Site and scenario in the folder: the example's nodes, house-2 to 4, shop-2 and 3."""
    site = _with_copies(_SITE.read_text(encoding="utf-8"), "[[node]]\n")
    for small, large in _LARGER.items():
        site = site.replace(small, large)
    appliances, event, rest = _SCENARIO.read_text(encoding="utf-8").partition("[[event]]\n")
    scenario = _with_copies(appliances, "[[appliance]]\n") + event + rest
    (folder / "site.toml").write_text(site, encoding="utf-8")
    scenario = scenario.replace("../examples/site.toml", "site.toml")
    (folder / "blackout.toml").write_text(scenario, encoding="utf-8")
    return folder / "site.toml", folder / "blackout.toml"


def _with_copies(text: str, head: str) -> str:
    """All tables with this head that name a house or shop, also as the copies."""
    tables = text.split(head)[1:]
    copies = [
        _copy(table, number, whose)
        for number, whose in _AGAIN
        for table in tables
        if f'= "{whose}' in table
    ]
    return (
        text.rstrip("\n") + "\n\n" + "".join(head + table.rstrip("\n") + "\n\n" for table in copies)
    )


def _copy(table: str, number: int, whose: str) -> str:
    def moved(found: re.Match) -> str:
        return f"{found[1]}{int(found[2]) + (number - 1) * _ADDRESSES}"

    named = re.sub(rf'((?:name|of) = "{whose})\b', rf"\1-{number}", table)
    named = named.replace('place = "1-', f'place = "{number}-')
    return re.sub(r'(ip = "[\d.]+\.)(\d+)', moved, named)
