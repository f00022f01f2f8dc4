"""What one node feels of a world, told as it changes, and what it does to it, in real time."""

from tomo.world.lockstep import Report
from tomo.world.site import World


class Felt:
    """By node `name` of a world."""

    def __init__(self, world: World, name: str) -> None:
        self._world = world
        self._name = name
        self._told: dict[str, int] = {}

    def changes(self) -> dict[str, int]:
        """Quantities of the world link that are to be told now."""
        seen = self._world.quantities(self._name)
        changed = {name: value for name, value in seen.items() if self._told.get(name) != value}
        self._told.update(changed)
        return changed | self._world.strokes(self._name)

    def forget(self) -> None:
        """Nothing has arrived: all is to be told again."""
        self._told.clear()

    def take(self, report: Report) -> None:
        """Put the node's outputs into the world."""
        for _, output, value in report.out:
            self._world.command(self._name, output, value, self._world.now_ms)
