"""What of a board's own data an operator has asked to erase, and what must not be kept unasked.

Counters, events, half hours, identity, settings and nvs are a node's own. With our partition table
in flash they stay unless asked for by name. Without it nobody can tell whose data lie there: a chip
that ran something else, or a node whose table is damaged. Then the operator has to say.
"""

from typing import TYPE_CHECKING

from boards import partition_table
from boards.flash_map import PARTITIONS, TABLE_AT
from tomo.errors import HostError, UsageError
from tomo.flashing.plan import SECTOR

if TYPE_CHECKING:  # esptool takes half a second to load, and the command line wants only the names
    from tomo.flashing.loader import Loader

ALL, NONE = "all", "none"
LABELS = tuple(row[0] for row in PARTITIONS)
PLACES = {label: (at, size) for label, _, _, at, size in PARTITIONS}
# What our firmware reads as its own; nvs and phy_init are the platform's, which checks them itself.
OWN = ("identity", "settings", "registers", "events", "history")

# Whose partition table is in flash.
OURS, BLANK, DAMAGED, FOREIGN = "ours", "blank", "damaged", "foreign"


def asked(words: list[str]) -> tuple[str, ...]:
    """Names out of options, each perhaps several with commas. Raises UsageError."""
    names = [name.strip() for word in words for name in word.split(",") if name.strip()]
    known = (*LABELS, ALL, NONE)
    for name in names:
        if name not in known:
            raise UsageError(f"--erase {name}: no such partition", "Names: " + ", ".join(known))
    if len(set(names)) > 1 and {ALL, NONE} & set(names):
        raise UsageError(f"--erase {','.join(names)}: {ALL} and {NONE} stand alone")
    return tuple(dict.fromkeys(names))


def table_in(loader: "Loader") -> str:
    """Whose partition table the chip has."""
    if loader.is_blank(TABLE_AT, SECTOR):
        return BLANK
    try:
        rows = partition_table.unpack(loader.read(TABLE_AT, partition_table.SIZE))
    except ValueError:
        return DAMAGED
    return OURS if tuple(rows) == PARTITIONS else FOREIGN


def need_word(loader: "Loader", table: str, erase: tuple[str, ...]) -> None:
    """Raises HostError where data of unknown origin would be taken for the node's own."""
    if table == OURS or ALL in erase or NONE in erase:
        return
    full = [label for label in OWN if label not in erase and not loader.is_blank(*PLACES[label])]
    if full:
        raise HostError(
            f"{loader.where}: its partition table is {table}, and there is something in "
            + ", ".join(full),
            f"--erase {ALL} makes it a new chip; --erase {NONE} keeps what is there, if it was a "
            "node of ours.",
        )
