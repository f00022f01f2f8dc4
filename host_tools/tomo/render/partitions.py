"""The map of the flash as ESP-IDF's build reads it: boards/esp32/partitions.csv.

Source: ESP-IDF programming guide, "Partition tables": a comment begins with #, fields are name,
type, subtype, offset, size; a subtype has a name or a number.
"""

from boards.flash_map import PARTITIONS

_TYPES = {0: "app", 1: "data"}
_SUBTYPES = {(0, 0x00): "factory", (1, 0x01): "phy", (1, 0x02): "nvs", (1, 0x81): "fat"}
_HEAD = """\
# Where things lie in flash. Made from boards/flash_map.py: change that, then `make docs`.
# Name, Type, SubType, Offset, Size
"""


def csv() -> str:
    """The text of the file."""
    return _HEAD + "".join(
        f"{label}, {_TYPES[kind]}, {_SUBTYPES.get((kind, subtype), hex(subtype))}, "
        f"{offset:#x}, {size:#x}\n"
        for label, kind, subtype, offset, size in PARTITIONS
    )
