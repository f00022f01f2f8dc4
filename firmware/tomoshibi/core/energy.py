"""Energy counters that cannot overflow, lose a remainder or run backwards."""

from array import array
from micropython import const

_MJ_PER_WH = const(3_600_000)
# The eight digits that ECHONET Lite meters show: 99 999 999 Wh, then 0.
_WRAP_WH = const(100_000_000)


class EnergyCounter:
    """Import and export of one channel, apart: whole Wh and a remainder in mJ below one Wh.

    Both directions wrap at 100 000 000 Wh. Nothing here needs more than 30 bits as long as one
    addition stays below 1 000 000 000 mJ (277 Wh). Of reactive energy, read varh for Wh.

    wh, mj   arrays of ints that hold the values, import at `at` and export behind it; so the
             same counter can be in the registers that are kept in flash. Own ones by default
    """

    WRAP_WH = _WRAP_WH

    def __init__(self, wh: array | None = None, mj: array | None = None, at: int = 0) -> None:
        self._wh = array("i", (0, 0)) if wh is None else wh
        self._mj = array("i", (0, 0)) if mj is None else mj
        self._at = at
        self._rests_uj = 0  # of import, and a thousand times that of export

    @property
    def import_wh(self) -> int:
        return self._wh[self._at]

    @property
    def import_mj(self) -> int:
        return self._mj[self._at]

    @property
    def export_wh(self) -> int:
        return self._wh[self._at + 1]

    @property
    def export_mj(self) -> int:
        return self._mj[self._at + 1]

    def wh_in(self, wh: array | None, direction: int) -> int:
        """What stands in this counter's place of another array; None for its own."""
        return (self._wh if wh is None else wh)[self._at + direction]

    def put(
        self, import_wh: int, export_wh: int = 0, import_mj: int = 0, export_mj: int = 0
    ) -> None:
        """Count on from these readings, as a meter does that takes over from another."""
        i = self._at
        self._wh[i], self._mj[i] = import_wh, import_mj
        self._wh[i + 1], self._mj[i + 1] = export_wh, export_mj
        self._rests_uj = 0

    def add_mj(self, energy_mj: int) -> None:
        """Count `energy_mj`: import if positive, export if negative."""
        i = self._at
        if energy_mj < 0:
            i += 1
            energy_mj = -energy_mj
        total_mj = self._mj[i] + energy_mj
        self._wh[i] = (self._wh[i] + total_mj // _MJ_PER_WH) % _WRAP_WH
        self._mj[i] = total_mj % _MJ_PER_WH

    def add(self, power_mw: int, span_ms: int) -> int:
        """Count `power_mw` having flowed for `span_ms`, at most 30 000 ms at up to 30 kW.

        Returns what was counted, mJ, negative for export.

        mW times ms would pass 30 bits, so watts and the rest below a watt are taken apart. What
        is below a millijoule is carried to the next call, for each direction apart: noise around
        zero would otherwise be rounded up into both. Allocates nothing.
        """
        import_uj, export_uj = self._rests_uj % 1000, self._rests_uj // 1000
        if power_mw >= 0:
            import_uj += power_mw % 1000 * span_ms
            energy_mj = power_mw // 1000 * span_ms + import_uj // 1000
        else:
            export_uj += -power_mw % 1000 * span_ms
            energy_mj = -(-power_mw // 1000 * span_ms + export_uj // 1000)
        self.add_mj(energy_mj)
        self._rests_uj = import_uj % 1000 + export_uj % 1000 * 1000
        return energy_mj
