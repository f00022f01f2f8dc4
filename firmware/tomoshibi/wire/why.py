"""What a load may wait for, in rows: the words of the console's `why`, for the host and the docs.

A row: the word in `for`; whether the load closes by itself when all such are over; on which way
back it is: a load takes the way that is open first, but never before what is on none; and what it
waits for, with the other fields of the wait in braces. Plain Python.
"""

WORD = 0
ITSELF = 1
WAY = 2
SAYS = 3

WAITS = (
    ("unlock", False, "", "its lock is taken away (`load {number} unlock`)"),
    ("command", False, "", "the {by} wants it on again"),
    ("repair", True, "island", "its relay is sound: there is power though it is switched off"),
    ("grid", True, "grid", "the grid has been healthy for {hold_s} s"),
    ("inverter", True, "grid", "the inverter lets go of the loads"),
    ("sense", True, "grid", "this is over, or has lasted too long to be believed: {cause}"),
    ("room", True, "island", "{short_w} W more are left in the island"),
    ("retry", True, "retry", "its rating is believed again: it drew {drew_w} W"),
    ("rest", True, "", "it has been off for its shortest time"),
    ("moves", True, "", "it has moved less than six times in the last hour"),
    ("turn", True, "island", "it is its turn, with {before} before it"),
)
