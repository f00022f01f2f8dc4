"""Energy counters that cannot overflow, lose a remainder or run backwards."""

from micropython import const

_MJ_PER_WH = const(3_600_000)
# The eight digits that ECHONET Lite meters show: 99 999 999 Wh, then 0.
_WRAP_WH = const(100_000_000)


class EnergyCounter:
    """Import and export of one channel, apart: whole Wh and a remainder in mJ below one Wh.

    Both directions wrap at 100 000 000 Wh. Nothing here needs more than 30 bits as long as one
    addition stays below 1 000 000 000 mJ (277 Wh).
    """

    WRAP_WH = _WRAP_WH

    def __init__(self) -> None:
        self.import_wh = 0
        self.import_mj = 0
        self.export_wh = 0
        self.export_mj = 0
        self._import_uj = 0
        self._export_uj = 0

    def add_mj(self, energy_mj: int) -> None:
        """Count `energy_mj`: import if positive, export if negative."""
        if energy_mj >= 0:
            total_mj = self.import_mj + energy_mj
            self.import_wh = (self.import_wh + total_mj // _MJ_PER_WH) % _WRAP_WH
            self.import_mj = total_mj % _MJ_PER_WH
        else:
            total_mj = self.export_mj - energy_mj
            self.export_wh = (self.export_wh + total_mj // _MJ_PER_WH) % _WRAP_WH
            self.export_mj = total_mj % _MJ_PER_WH

    def add(self, power_mw: int, span_ms: int) -> None:
        """Count `power_mw` having flowed for `span_ms`, at most 30 000 ms at up to 30 kW.

        mW times ms would pass 30 bits, so watts and the rest below a watt are taken apart. What
        is below a millijoule is carried to the next call, for each direction apart: noise around
        zero would otherwise be rounded up into both. Allocates nothing.
        """
        if power_mw >= 0:
            rest_uj = self._import_uj + power_mw % 1000 * span_ms
            self._import_uj = rest_uj % 1000
            self.add_mj(power_mw // 1000 * span_ms + rest_uj // 1000)
        else:
            rest_uj = self._export_uj + -power_mw % 1000 * span_ms
            self._export_uj = rest_uj % 1000
            self.add_mj(-(-power_mw // 1000 * span_ms + rest_uj // 1000))
