"""How long the flash lasts under the write load of busy boards, and what an append costs."""

from benchmarks.on_desk import run
from boards.flash_map import PARTITIONS

# What a circuit carries on the mean, day and night; reactive power a third of it besides.
CIRCUITS = (6, 16)
WATTS = (500, 1_000, 2_000)
AIM_YEARS = 15  # of six circuits at 500 W
_SECTORS = 6  # are filled, to count what one takes
_ERASES = 100_000  # data sheet W25Q32JV
_S_A_YEAR = 365 * 86_400
_EVENTS_A_DAY = 100
_EVENTS_A_SECTOR = 63
_SECTOR = 4_096


def measure() -> dict:
    """Erases by sector and year, years until one has had its 100,000, and bytes by append."""
    rows = [_row(found) for circuits in CIRCUITS for found in worn(circuits)]
    years = {
        "events": _years(86_400 * _EVENTS_A_SECTOR / _EVENTS_A_DAY, "events"),
        "history": _years(86_400, "history"),
    }
    return {
        "registers": rows,
        "years_of_others": years,
        "years": min(rows[0]["years"], *years.values()),
        "aim_years": AIM_YEARS,
        "append": run("flash_append.py"),
    }


def worn(circuits: int, sectors: int = _SECTORS) -> list[dict]:
    """Seconds and records until so many sectors were full, one for each of WATTS."""
    return run("flash_wear.py", str(circuits), str(sectors), *map(str, WATTS))


def _row(found: dict) -> dict:
    sector_s = found["seconds"] / _SECTORS
    return {
        "circuits": found["branches"],
        "watts": found["watts"],
        "records_a_sector": round(found["records"] / _SECTORS, 1),
        "sector_s": round(sector_s, 1),
        "erases_by_sector_and_year": round(_S_A_YEAR / sector_s / _sectors("registers"), 1),
        "years": _years(sector_s, "registers"),
    }


def _years(sector_s: float, label: str) -> float:
    """Years until each sector of a ring has had its erases, if one is filled in so many seconds."""
    return round(_ERASES * _sectors(label) * sector_s / _S_A_YEAR, 1)


def _sectors(label: str) -> int:
    return next(row[4] for row in PARTITIONS if row[0] == label) // _SECTOR
