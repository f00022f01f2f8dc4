"""A load: what one relay switches. Tiers 0 to 4 as in the site's blackout plan."""

from micropython import const

LIFE_SAFETY = const(0)
CRITICAL = const(1)
ESSENTIAL = const(2)
NORMAL = const(3)
DEFERRABLE = const(4)
TIERS = const(5)


class Load:
    """One load. The settings say what it is, the control path what it does.

    name        as the operator calls it
    tier        0 life-safety … 4 deferrable; lower stays on longer
    rated_w     what it draws at most while running, W
    min_off_s   shortest time it stays off, whatever happens (a compressor's pressure), s
    locked_off  never to be energised (somebody may be working on it)
    """

    def __init__(self, name: str, tier: int, rated_w: int, min_off_s: int = 30) -> None:
        self.name = name
        self.tier = tier
        self.rated_w = rated_w
        self.min_off_s = min_off_s
        self.locked_off = False
        self.off_by = 0  # who wants it off: bits, 1 << actor of core.events
        self.wanted = True  # nobody does
        self.closed = False  # what the relay was last told; open in reset
        self.power_w = 0  # last measured; negative: the meter says that the load feeds
        self.peak_w = 0  # largest measured in the last minute while closed
        self.starting = 0  # ms left of its start, in which a surge is no overload; 0: it is over
        self.fault = 0  # a cause of core.events while its relay or meter is not to be believed

    def may_draw_w(self) -> int:
        """What a plan counts for it: its rating, or more if it was measured and is no start, W."""
        if self.starting or self.peak_w < self.rated_w:
            return self.rated_w
        return self.peak_w
