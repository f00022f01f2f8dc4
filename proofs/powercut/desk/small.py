"""A chip with small partitions, so that every ring goes round in minutes: label, subtype, sectors.

The smallest that show all: three sectors for a ring, and more to see the order.
"""

PARTITIONS = (
    ("identity", 0x40, 2),
    ("settings", 0x41, 2),
    ("registers", 0x42, 6),
    ("events", 0x43, 4),
    ("history", 0x44, 4),
)
