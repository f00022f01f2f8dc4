"""What the control path looks at each cycle, whatever the board has of it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tomoshibi.drivers.mains_sense import LevelSense, MainsSense


class Senses:
    """The two sides of the transfer switch, the inverter's contact, the grid side's voltage.

    A sense that the board lacks is None; each question then has the answer that decides nothing.
    """

    def __init__(
        self,
        grid: MainsSense,
        load: MainsSense,
        contact: MainsSense | None = None,
        grid_level: LevelSense | None = None,
    ) -> None:
        self.grid_alive = grid.alive
        self.load_alive = load.alive
        self.islanded = contact.alive if contact else _no_contact
        self.grid_mv = grid_level.mv if grid_level else _unknown
        self.accuracy_permille = grid_level.accuracy_permille if grid_level else 0
        self.calibrated = not grid_level or grid_level.calibrated


def _no_contact() -> bool:
    return False


def _unknown() -> int:
    return -1
