"""One whole node in a scenario's world, in virtual time, with its console."""

from tests.node.held_nodes import Held
from tomo.world.felt import Felt
from tomo.world.lockstep import Report

_STEP_MS = 200
# A byte of the console is taken once in so long.
_TYPED_S = 0.1


class InWorld:
    """A node's console in a world, in virtual time: as a NodeConsole, and `wait`."""

    where = "the node"

    def __init__(self, node, world):
        self.world = world
        self._held = Held(node, {})
        self._felt = Felt(world, node.name)

    def wait(self, seconds):
        until_ms = self._held.now_ms + round(1000 * seconds)
        while self._held.now_ms < until_ms:
            self.world.advance(self._held.now_ms)
            self._held.run(_STEP_MS, **self._felt.changes())
            out = [(0, name, value) for name, value in self._held.outputs.items()]
            self._felt.take(Report(0, out))

    def ask(self, command, event):
        self._held.node.say(command)
        self.wait((len(command) + 3) * _TYPED_S)
        return self._held.wait(event)
