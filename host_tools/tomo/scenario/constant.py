"""A world in which nothing happens: a healthy grid and constant loads on every branch."""

from datetime import UTC, datetime
from pathlib import Path

from tomo.board.read import parts_of
from tomo.scenario import records

_BRANCH_W = 100.0  # behind every closed relay
_ENDLESS_MS = 10 * 366 * 86_400_000


def constant(board: str) -> records.Scenario:
    """For one node, which has the board's name. Grid: 101 V, 50 Hz."""
    parts = parts_of(board)
    steady = records.Profile(watts=_BRANCH_W)
    loads = tuple(
        records.Load(f"branch {number}", 4, 1_500, 30, False, 0.95, 1.0, 0, 0, steady)
        for number in parts.load_circuits
    )
    lamps = tuple(
        records.Lamp("lamp", 0, "main", 60, 500, 400, 0.06, 0.95) for _ in parts.lamp_circuits
    )
    node = records.Node(board, board, "", {}, loads, lamps)
    now = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
    return records.Scenario(
        path=Path("constant"),
        site=records.Site("desk", "", 35.6895, 139.6917, 0, now, _ENDLESS_MS, 1, 1.0),
        grid=records.Grid(101.0, 50, 0.0, 0.0, 0.0),
        inverter=records.Inverter(1_500, 0, 5_000, 300, 30, 20, 150, 15.0),
        battery=records.Battery(6_000, 80.0, 10.0, 0.92, 1_000),
        pv=None,
        node=(node,),
    )
