"""Console commands of a board with a lamp: lock it off, for work on it."""

from typing import TYPE_CHECKING

from tomoshibi.wire import registers

if TYPE_CHECKING:
    from tomoshibi.node.lamp_control import LampControl
    from tomoshibi.node.storage import Storage


class LampCommands:
    """See node.commands."""

    HELP = (("lamp lock|unlock", "Lock the lamp off, for work on it, or give it free."),)

    def __init__(self, storage: Storage, control: LampControl) -> None:
        self._state = storage.view(registers.LAMP_STATE, 1)
        self._control = control

    def do_lamp(self, rest: str) -> dict:
        """Lock the lamp off or give it free; kept through restarts."""
        if rest not in ("lock", "unlock"):
            raise ValueError("lock or unlock")
        locked = rest == "lock"
        self._control.lock(locked)
        self._state[0] = registers.LAMP_LOCKED if locked else 0
        return {"event": "commanded", "lamp": 1, "locked_off": locked}
