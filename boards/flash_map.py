"""Where things lie in the 4 MiB of flash of every board; fixed from the first release.

The rows up to `factory` are those of stock MicroPython, so that a stock image boots with our table.
Nothing of ours lies in `nvs`: the platform erases it when it runs out of pages.

Name, type, subtype (numbers of ESP-IDF's partition tables, which leave 40 to 7F free), offset and
size.
"""

FLASH_SIZE = 0x400000
TABLE_AT = 0x8000

PARTITIONS = (
    ("nvs", 1, 0x02, 0x9000, 0x6000),
    ("phy_init", 1, 0x01, 0xF000, 0x1000),
    ("factory", 0, 0x00, 0x10000, 0x1F0000),
    ("identity", 1, 0x40, 0x200000, 0x2000),  # two copies of a sector each
    ("settings", 1, 0x41, 0x202000, 0x4000),  # two copies of two sectors each
    ("registers", 1, 0x42, 0x206000, 0x40000),  # 64 sectors
    ("events", 1, 0x43, 0x246000, 0x20000),  # 32 sectors, 63 events each
    ("history", 1, 0x44, 0x266000, 0x6A000),  # 106 sectors, a day each
    ("vfs", 1, 0x81, 0x2D0000, 0x130000),
)
