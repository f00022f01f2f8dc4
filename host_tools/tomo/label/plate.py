"""What stands on a board's label. No key does: what is on a case, everybody can read."""

from dataclasses import dataclass

from tomo.inventory.records import Board
from tomo.site.records import Node, Site

# Of a board whose accuracy nobody has proved against a reference.
NO_CLASS = "none"
CLASSES = (NO_CLASS, "0.5S", "1", "2")  # of active energy, IEC 62053-21 and -22


@dataclass(frozen=True)
class Plate:
    """mac: 12 hex digits; line_v in V, line_hz in Hz; accuracy: one of CLASSES"""

    serial: str
    mac: str
    board: str
    hardware: str
    line_v: int
    line_hz: int
    accuracy: str = NO_CLASS

    def rows(self) -> list[tuple[str, str]]:
        """(what, value) as they stand one below the other."""
        mac = ":".join(self.mac[at : at + 2] for at in range(0, 12, 2))
        kind = f"{self.board} {self.hardware}".strip()
        accuracy = "none, not for billing" if self.accuracy == NO_CLASS else self.accuracy
        return [
            ("Type", kind),
            ("Serial", self.serial),
            ("MAC", mac),
            ("Rating", f"{self.line_v} V  {self.line_hz} Hz"),
            ("Class", accuracy),
        ]

    def code(self) -> str:
        """What the QR code says: one line of KEY=VALUE, in capitals, in few and large modules."""
        told = {
            "SN": self.serial,
            "MAC": self.mac,
            "TYPE": self.board,
            "V": self.line_v,
            "HZ": self.line_hz,
            "CLASS": self.accuracy,
        }
        return " ".join(["TOMOSHIBI", *(f"{key}={value}" for key, value in told.items())])


def plate_of(board: Board, site: Site, node: Node, accuracy: str = NO_CLASS) -> Plate:
    """The plate of a board that is a node of a site."""
    return Plate(
        board.serial,
        board.mac,
        board.board,
        board.hardware,
        node.line_v or site.line_v,
        node.line_hz or site.line_hz,
        accuracy,
    )
