"""What the loads of each node may draw in an island."""

from collections.abc import Sequence
from typing import Protocol

from tomo.board.read import parts_of

# The part of the inverter's rating that loads may draw; lamps and what starts up live on the rest.
_LIMIT_TENTHS = 9


class Limited(Protocol):
    """A node. settings: those that it is given, by name."""

    @property
    def board(self) -> str: ...
    @property
    def settings(self) -> dict: ...


def switches_loads(node: Limited) -> bool:
    return bool(parts_of(node.board).load_circuits)


def island_limits_w(rating_w: int, nodes: Sequence[Limited]) -> list[int | None]:
    """What each node's loads may draw in an island, as given, or its part of the rating, W.

    None of a node that switches no loads.
    """
    part = part_w(rating_w, nodes)
    return [
        node.settings.get("island_limit_w", part) if switches_loads(node) else None
        for node in nodes
    ]


def part_w(rating_w: int, nodes: Sequence[Limited]) -> int:
    """The part of a rating that each sub-meter may use, W.

    Sub-meters do not know of each other, so several share the nine tenths equally.
    """
    sharing = sum(switches_loads(one) for one in nodes)
    return rating_w * _LIMIT_TENTHS // 10 // max(1, sharing)
