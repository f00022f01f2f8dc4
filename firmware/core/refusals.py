"""Faults that a node meets at start and while it is being set up; see core.errors."""

from core.errors import NodeFault


class SettingRefused(NodeFault):
    """The setting `key` holds `value`, which is outside `allowed` (said in words)."""

    code = 3

    def __init__(self, key: str, value: object, allowed: str) -> None:
        super().__init__(key, value, allowed)
        self.key = key
        self.value = value
        self.allowed = allowed


class PartitionMissing(NodeFault):
    """The board's partition table has no `label`: it was flashed without ours."""

    code = 8

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


class NotAuthorised(NodeFault):
    """Somebody without the right to it tried to change `what`."""

    code = 9

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what
