"""How long the flash lasts under the write load of a busy node, and what an append costs."""

import tempfile
from pathlib import Path

from benchmarks.on_desk import node, run
from tomo.image import events, registers
from tomo.image.documents import FLASH_FILE
from tomo.image.flash_image import load

# Six branches of 1.5 kW round the clock: nine kilowatts, about what a 100 A service can give.
BUSY_W = 1_500
AIM_YEARS = 15
_ERASES = 100_000  # data sheet W25Q32JV
_RECORDS_A_SECTOR = 63
_HOURS_A_YEAR = 8_760
_EVENTS_A_DAY = 100


def measure() -> dict:
    """Erases by sector and year, years until one has had its 100,000, and bytes by append."""
    with tempfile.TemporaryDirectory() as name:
        node("submeter6", "busy_hour_of_node.py", folder=Path(name), BENCH_W=str(BUSY_W))
        image = load(Path(name) / FLASH_FILE)
    ring = registers.open_ring(image)
    records_an_hour = registers.newest_values(ring).record
    erases = {
        "registers": _erases(records_an_hour * _HOURS_A_YEAR / _RECORDS_A_SECTOR, ring.count),
        "events": _erases(_EVENTS_A_DAY * 365 / _RECORDS_A_SECTOR, events.open_ring(image).count),
        "history": _erases(365, image.size("history") // 4_096),
    }
    return {
        "records_an_hour": records_an_hour,
        "erases_by_sector_and_year": erases,
        "years": round(_ERASES / max(erases.values()), 1),
        "aim_years": AIM_YEARS,
        "append": run("flash_append.py"),
    }


def reaction() -> dict:
    """By board, ms from the grid's loss to the first opening, by what the flash did meanwhile."""
    return {"submeter6": node("submeter6", "reaction_of_node.py")}


def _erases(sectors_a_year: float, sectors: int) -> float:
    return round(sectors_a_year / sectors, 1)
