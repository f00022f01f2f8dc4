"""The panel's object of a board with a transformer on the main conductor: 0287 says what that sees.

It sees what no branch does, too: the panel's own sum would be less than the truth.
"""

from typing import TYPE_CHECKING

from tomoshibi.registers.half_hours import was_measured
from tomoshibi.reporting.submeter import PanelMeter, tenths, thousandth

if TYPE_CHECKING:
    from tomoshibi.core.branch import Branch


class MainMeter(PanelMeter):
    """028701. Its channels are the branches still; all else is of `main`, set before use."""

    main: Branch

    def measuring(self) -> bool:
        return self.main.reading.valid

    def _were_measured(self) -> bool:
        return was_measured(self.main.reading)

    def power_w(self) -> int | None:
        return thousandth(self.main.reading.power_mw) if self.measuring() else None

    def current(self) -> tuple[int | None, None]:
        return (tenths(self.main.reading.current_ma) if self.measuring() else None), None

    def voltage(self) -> tuple[int | None, None]:
        return (tenths(self.main.reading.voltage_mv) if self.measuring() else None), None
