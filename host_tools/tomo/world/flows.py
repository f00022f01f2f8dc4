"""Who pays for the loads' power at an instant: PV first, then the battery or the grid.

Always: grid + pv + battery = load + own. Positive is toward the loads; battery is positive while
it discharges, grid negative while the site sells.
"""

from dataclasses import dataclass

from tomo.world.battery import Battery


@dataclass(frozen=True)
class Flows:
    """W at the AC side. `own_w` is what the inverter takes for itself while it forms the island."""

    load_w: float = 0.0
    grid_w: float = 0.0
    pv_w: float = 0.0
    battery_w: float = 0.0
    own_w: float = 0.0


def tied(load_w: float, sun_w: float, battery: Battery) -> Flows:
    """With the grid: surplus sun charges the battery, what is left is sold."""
    charge_w = min(max(0.0, sun_w - load_w), battery.room_w())
    return Flows(load_w, load_w + charge_w - sun_w, sun_w, -charge_w)


def island(load_w: float, sun_w: float, own_w: float, battery: Battery) -> Flows:
    """Without: the battery fills the gap; sun that finds no taker is curtailed."""
    need_w = load_w + own_w
    pv_w = min(sun_w, need_w + battery.room_w())
    return Flows(load_w, 0.0, pv_w, need_w - pv_w, own_w)


def dark(sun_w: float, battery: Battery) -> Flows:
    """Nothing is fed: the sun still charges the battery."""
    pv_w = min(sun_w, battery.room_w())
    return Flows(pv_w=pv_w, battery_w=-pv_w)
