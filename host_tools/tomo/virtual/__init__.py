"""Virtual boards: chips with a boot ROM and a flash file on pseudo-terminals.

`flash`, `chip`, `rom`, `boot` and `port` do not know each other; `board` makes one board of them.
"""
