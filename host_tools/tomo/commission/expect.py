"""What is expected of a node: by the site file where there is one, else by what it is set to."""

from tomo.board.read import Board, parts_of
from tomo.commission.node import Node, Seen
from tomo.commission.records import Expected
from tomo.errors import HostError
from tomo.site import records
from tomo.site.circuits import placed_loads


def by_itself(node: Node, seen: Seen, board: Board) -> Expected:
    """By its own settings and names: that these are right is not looked at."""
    settings = node.settings()
    names = {one.circuit: one.name for one in node.loads()} if board.load_circuits else {}
    volts, hertz = settings["line_v"], settings["line_hz"]
    return Expected(seen.board, volts, hertz, _measured(board), _senses(board), names=names)


def by_site(site: records.Site, node: records.Node, seen: Seen) -> Expected:
    """By a site file. Raises HostError where the board cannot be this node."""
    for what, has, wanted in (("board", seen.board, node.board), ("name", seen.name, node.name)):
        if has != wanted:
            raise HostError(
                f"this node's {what} is {has!r}, and {node.name} has {wanted!r}",
                "Is it the right port? `tomo provision` makes a board this node.",
            )
    board = parts_of(node.board)
    placed = placed_loads(board, node.load)
    return Expected(
        node.board,
        node.line_v or site.line_v,
        node.line_hz or site.line_hz,
        _measured(board),
        _senses(board),
        node.name,
        {circuit: load.name for circuit, load in placed},
        {circuit: load.feeds for circuit, load in placed if load.feeds},
    )


def _measured(board: Board) -> tuple[int, ...]:
    """Circuits that show volts and watts of their own; a lamp shows its watts alone."""
    return tuple(sorted((*board.load_circuits, *board.fixed_circuits)))


def _senses(board: Board) -> frozenset[str]:
    return frozenset(row[0] for row in board.senses)
