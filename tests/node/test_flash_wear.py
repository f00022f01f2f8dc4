"""How long a sector of registers lasts, by the count that `make bench` makes of it.

Of a hundred thousand erases in fifteen years a sector gets one in 4,730 s; there are 64 of them.
"""

import pytest

from benchmarks import flash

FIFTEEN_YEARS_S = 15 * 365 * 86_400 / 100_000 / 64


@pytest.mark.usefixtures("desk32")
def test_six_circuits_do_not_wear_flash_out_in_fifteen_years():
    rows = flash.worn(6, sectors=2)
    assert [row["watts"] for row in rows] == [500, 1_000, 2_000]
    for row in rows:
        assert row["seconds"] / 2 > FIFTEEN_YEARS_S, row
    # Every second one record at least, a minute long.
    assert rows[-1]["records"] >= rows[-1]["seconds"] >= 2 * 60
