"""Faults that a node meets at start and while it is being set up; see core.errors."""

from tomoshibi.core.errors import NodeFault


class SettingRefused(NodeFault):
    """(key, value, allowed): the setting holds `value`, which is outside `allowed`, in words."""

    code = 3


class PartitionMissing(NodeFault):
    """(label,): the board's partition table lacks it: it was flashed without ours."""

    code = 8


class NotAuthorised(NodeFault):
    """(what,): somebody without the right to it tried to change it."""

    code = 9


class FlashBusy(NodeFault):
    """(why,): nothing was written, since flash may not be erased at this moment."""

    code = 13
