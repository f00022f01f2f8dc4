"""A node's `settings.json`, from what the scenario says of it."""

from tomo.scenario.records import Node, Site


def node_settings(site: Site, node: Node) -> dict:
    """Keys and units as the firmware's settings declare them; what is not said is left out."""
    settings: dict[str, object] = {
        "name": node.name,
        "utc_offset_min": site.utc_offset_min,
        "latitude_e4": round(site.latitude * 10_000),
        "longitude_e4": round(site.longitude * 10_000),
    }
    if node.load:
        settings["loads"] = [
            {
                "name": load.name,
                "tier": load.tier,
                "rated_w": load.rated_w,
                "min_off_s": load.min_off_s,
                "locked_off": int(load.locked_off),
            }
            for load in node.load
        ]
    for lamp in node.lamp:
        settings["lamp_role"] = lamp.role
        settings["lamp_full_w"] = lamp.full_w
        settings["lamp_standby_mw"] = lamp.standby_mw
        settings["island_energy_wh"] = lamp.island_energy_wh
    return settings | node.settings
