"""A stand-in for a fresh board: keeps what a node keeps, and can be cut off at any question."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.helpers import flash_by_hand as by_hand
from tests.host.chips import PLACES
from tomo.errors import NodeSilent
from tomo.transport.console import Refused


class FreshBoard:
    """As a NodeConsole. `heard` has the commands; `cut` is called with the number of each, before
    it is taken and again before it is answered, and may raise.
    """

    where = "port"

    def __init__(self, board="submeter6", mac="020000000001"):
        self.board, self.mac = board, mac
        self.identity = {}
        self.settings = {}
        self.counters = {}  # of its six branches: import and export, Wh
        self.clock, self.local = "never set", None
        self.firmware = "0.9.1"
        self.heard = []
        self.cut: Any = whole
        self._running = {}
        self._challenge = b""

    def ask(self, command, event, fits=None):
        self.heard.append(command)
        number = len(self.heard)
        self.cut(number, False)
        word, _, rest = command.partition(" ")
        told = getattr(self, f"do_{word}")(rest)
        self.cut(number, True)
        if told.get("event") == "error":
            raise Refused(self.where, command, told)
        assert told["event"] == event
        return told

    def hear(self, event, wait_s):
        return {"event": event}

    def do_status(self, _rest):
        return {
            "event": "status", "board": self.board, "firmware": self.firmware,
            "clock": self.clock, "refused_settings": 0,
        }  # fmt: skip

    def do_points(self, _rest):
        serial = self._running.get("serial") or self.mac
        own = {"serial": serial, "unique_id": self.mac, "date": None, "time": None}
        if self.local:
            own |= {
                "date": [self.local.year, self.local.month, self.local.day],
                "time": [self.local.hour, self.local.minute],
            }
        return {"event": "points", "node": {"1": own}}

    def do_identity(self, _rest):
        shown = {key: self.identity[key] for key in self.identity if key not in ("secret", "key")}
        state = "whole" if "secret" in self.identity else "blank"
        return {
            "event": "identity", "state": state, "keyed": "key" in self.identity, "document": shown,
        }  # fmt: skip

    def do_challenge(self, _rest):
        self._challenge = hashlib.sha256(str(len(self.heard)).encode()).digest()[:16]
        return {"event": "challenge", "challenge": self._challenge.hex()}

    def do_identify(self, rest):
        proof, _, text = rest.partition(" ")
        document = json.loads(text)
        half = "key" if "key" in document else "secret"
        if half in self.identity:
            secret = bytes.fromhex(self.identity[half])
            right = hmac.new(secret, self._challenge + text.encode(), hashlib.sha256).hexdigest()
            if proof != right:
                return {"event": "error", "not authorised": "identity"}
        if len(document.get(half, "")) != 64:
            return {"event": "error", "command": "identify", "reason": "not of 64 hex digits"}
        self.identity |= document
        return {"event": "identified"}

    def do_settings(self, _rest):
        shown = {key: self.settings[key] for key in self.settings if key != "wifi_password"}
        return {"event": "settings", "document": json.loads(json.dumps(shown))}

    def do_set(self, rest):
        for key, value in json.loads(rest):
            target, name = self.settings, key
            if key.startswith("loads."):
                _, number, name = key.split(".")
                loads = self.settings.setdefault("loads", [])
                if int(number) == len(loads):
                    loads.append({})
                target = loads[int(number)]
            target[name] = value
        return {"event": "set", "reboot": True}

    def do_start(self, rest):
        branch, import_wh, export_wh = map(int, rest.split())
        self.counters[branch] = (import_wh, export_wh)
        return {"event": "start value", "branch": branch, "export_to_wh": export_wh}

    def do_read(self, rest):
        label, at, length = rest.split()
        assert label == "registers"
        data = self._registers()[int(at) : int(at) + int(length)].hex()
        return {"event": "read", "partition": label, "at": int(at), "data": data}

    def _registers(self):
        """One sector of the partition is in use, the others blank."""
        entries = [(0, 1, 0)]
        for branch in sorted(self.counters):
            import_wh, export_wh = self.counters[branch]
            entries += [(64 + 4 * branch, import_wh, 0), (65 + 4 * branch, export_wh, 0)]
        sector = by_hand.head(b"R", 1, bytes((1, 6, 2)))
        for number in range(0, len(entries), 3):
            sector += by_hand.register_record(1, number // 3 + 1, entries[number : number + 3])
        return sector.ljust(PLACES["registers"][1], b"\xff")

    def do_retire(self, _rest):
        return {"event": "retired"}

    def do_wipe(self, rest):
        key = bytes.fromhex(self.identity.get("key", ""))
        right = hmac.digest(key, self._challenge + b"wipe", "sha256").hex()
        if rest != (right if key else self.identity.get("serial", self.mac)):
            return {"event": "error", "not authorised": "wipe"}
        self.identity, self.settings, self.counters, self._running = {}, {}, {}, {}
        return {"event": "wiping"}

    def do_reboot(self, _rest):
        self._running = dict(self.identity)
        return {"event": "reboot"}

    def do_time(self, rest):
        utc = datetime.fromisoformat(rest).replace(tzinfo=UTC)
        self.clock = "held"
        self.local = utc + timedelta(minutes=self.settings.get("utc_offset_min", 540))
        return {"event": "time", "utc": rest}


def whole(_number, _answering):
    """A cable that stays in."""


def pulled(at, answering):
    """A cable that is pulled at a question: before it is heard, or before it is answered."""

    def cut(number, late):
        if (number, late) == (at, answering):
            raise NodeSilent("port is gone")

    return cut
