"""A stand-in for a fitted node's console: loads, meters and senses wired as a test says."""

from typing import Any

from tomo.errors import NodeSilent
from tomo.transport.console import Refused


class FittedNode:
    """As a NodeConsole; `wait` passes its time. `heard` has all commands.

    ct       {circuit: (the branch that its CT is on, 1 or -1)} of those that are not on their own
    silent   circuits whose meter has no reading
    cut      called with each command before it is taken; may raise
    """

    where = "port"

    def __init__(self, watts=(40.0, 120.0, 900.0), board="submeter3"):
        self.board = board
        self.mac = "020000000001"
        self.watts = dict(enumerate(watts, 1))
        self.wanted = dict.fromkeys(self.watts, True)
        self.locked = set()
        self.stuck = set()  # loads that do not come on
        self.ct = {}
        self.silent = set()
        self.grid, self.sense = "normal", ""
        self.volts = 101.0
        self.settings = {"line_v": 100, "line_hz": 50}
        self.lamp_locked, self.lamp_full, self.lamp_level = False, 1000, 1000
        self.cut: Any = lambda _command: None
        self.heard = []
        self.time_s = 0.0

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        pass

    def wait(self, seconds):
        self.time_s += seconds
        if not self.lamp_locked:
            self.lamp_level = min(self.lamp_full, self.lamp_level + 250)

    def ask(self, command, event, fits=None):
        self.cut(command)
        self.heard.append(command)
        word, _, rest = command.partition(" ")
        told = getattr(self, f"do_{word}")(rest)
        assert told["event"] == event
        return told

    def switched(self):
        return [one for one in self.heard if one.startswith(("load ", "lamp "))]

    def do_status(self, _rest):
        return {
            "event": "status", "board": self.board, "name": "house", "grid": self.grid,
            "sense": self.sense,
        }  # fmt: skip

    def do_settings(self, _rest):
        return {"event": "settings", "document": self.settings}

    def do_points(self, part):
        return {"event": "points", part: {"units": {}} | getattr(self, f"_{part}")()}

    def _node(self):
        return {"1": {"unique_id": self.mac}}

    def _lamp(self):
        return {"1": {"light_level": self.lamp_level, "power": 60 * self.lamp_level}}

    def _circuit(self):
        return {str(circuit): self._measured(circuit) for circuit in self.watts}

    def _measured(self, circuit):
        if circuit in self.silent:
            return {"power": None, "voltage": None}
        branch, turn = self.ct.get(circuit, (circuit, 1))
        drawn = self.watts.get(branch, 0.0) * self.wanted.get(branch, False)
        return {"power": round(1000 * drawn * turn), "voltage": round(1000 * self.volts)}

    def do_load(self, rest):
        if not rest:
            return {"event": "loads", "loads": [self._shown(one) for one in self.watts]}
        number, what = rest.split()
        if self.locked.intersection([int(number)]):
            raise Refused(self.where, f"load {rest}", {"event": "error", "reason": "locked"})
        self.wanted[int(number)] = what == "on"
        return {"event": "commanded"}

    def _shown(self, circuit):
        on = self.wanted[circuit] and circuit not in self.locked | self.stuck
        return {
            "number": circuit, "load": f"load {circuit}", "closed": on,
            "wanted": self.wanted[circuit], "locked_off": circuit in self.locked,
        }  # fmt: skip

    def do_lamp(self, rest):
        self.lamp_locked = rest == "lock"
        if self.lamp_locked:
            self.lamp_level = 0
        return {"event": "commanded"}


def unplugged(command):
    raise NodeSilent(f"port did not answer `{command}`")
