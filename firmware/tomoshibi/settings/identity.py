"""Who the node is, in a partition of its own: the factory's half and the node's.

    {"serial": "TM-000123", "hardware": "B", "secret": "<64 hex digits>",
     "calibration": {"jig": "J2", "reference": "R-881", "date": "2026-11-25",
                     "residual_ppm": 310, "counter": 1, …},
     "key": "<64 hex digits>"}

`key` is the node's half: made when it is provisioned, it chains the event log. All else is the
factory's. Each half is written freely while there is none of it; from then on only by a session
that proves that it knows what protects that half, `key` or `secret`: HMAC-SHA-256 by it over a
challenge of ours and the new document.
"""

import json
from os import urandom
from typing import TYPE_CHECKING

from tomoshibi.core.events import FACTORY_HALF, NODE_HALF
from tomoshibi.core.refusals import NotAuthorised
from tomoshibi.settings.copies import LOST, Copies
from tomoshibi.wire import copies
from tomoshibi.wire.hmac import hmac_sha256

if TYPE_CHECKING:
    from tomoshibi.core.flash import Flash, Window

_CHALLENGE_SIZE = 16
_SECRET_DIGITS = 64
# What protects a half, and stands for it. Neither is ever shown.
_FACTORY = "secret"
_NODE = "key"


class IdentityStore:
    """The identity partition. `blank`: no factory has written it. `lost`: both copies are damaged.

    `challenged` is what the next `write` must have signed; empty before the first challenge.
    """

    def __init__(self, flash: Flash, challenged: bytes = b"", window: Window | None = None) -> None:
        self.copies = Copies(flash, copies.IDENTITY, window)
        self.challenged = challenged
        self._look(self.copies.read())

    def _look(self, document: dict) -> None:
        self.lost = self.copies.state == LOST
        self.blank = not self.lost and _FACTORY not in document
        self.keyed = _NODE in document
        self.serial = str(document.get("serial", ""))
        self.hardware = str(document.get("hardware", ""))

    def shown(self) -> dict:
        """All but what protects it."""
        document = self.copies.read()
        document.pop(_FACTORY, None)
        document.pop(_NODE, None)
        return document

    def key(self) -> bytes:
        """The node's own key; empty if it has none yet."""
        return bytes.fromhex(self.copies.read().get(_NODE, ""))

    def challenge(self) -> str:
        """Hex digits that the next `write` must have signed."""
        self.challenged = urandom(_CHALLENGE_SIZE)
        return _hex(self.challenged)

    def proved(self, what: str, proof: str) -> bool:
        """Whether who asks for `what` knows the node's key: `proof` is over the last challenge.

        A challenge is good for one wrong answer.
        """
        if self.challenged and self._proof(self.key(), self.challenged, what) == proof:
            return True
        self.challenged = b""
        return False

    def _proof(self, secret: bytes, challenge: bytes, text: str) -> str:
        return _hex(hmac_sha256(secret, challenge + text.encode()))

    def write(self, text: str, proof: str) -> int:
        """Store one half, the document `text` (JSON); the other stays as it is. Which: core.events.

        Raises NotAuthorised without a right proof, if there is such a half; lost ones take any, as
        what protected them is gone, too. Raises ValueError if it is no such half, or if its
        calibration is older than the one it replaces.
        """
        before = self.copies.read()
        challenge, self.challenged = self.challenged, b""
        document = json.loads(text)
        if not isinstance(document, dict):
            raise ValueError("identity is not a JSON object")
        half = _NODE if _NODE in document else _FACTORY
        if half in before:
            secret = bytes.fromhex(before[half])
            if not challenge or self._proof(secret, challenge, text) != proof:
                raise NotAuthorised("identity")
        _check(half, document, before)
        for name in before:
            if (name == _NODE) != (half == _NODE):
                document[name] = before[name]
        try:
            self.copies.write(document)
        finally:
            # Of two copies the first may be good and the other not: then it is no longer blank.
            self._look(self.copies.read())
        return NODE_HALF if half == _NODE else FACTORY_HALF


def _check(half: str, document: dict, before: dict) -> None:
    if half == _NODE:
        if len(document) > 1:
            raise ValueError("key goes alone: the rest is the factory's half")
    else:
        for name in ("serial", "hardware"):
            if not isinstance(document.get(name), str):
                raise ValueError("identity has no " + name)
        if _counter(document) < _counter(before):
            raise ValueError("calibration counter runs backwards")
    secret = document.get(half)
    if not isinstance(secret, str) or len(secret) != _SECRET_DIGITS:
        raise ValueError(half + " is not of 64 hex digits")
    bytes.fromhex(secret)


def _counter(document: dict) -> int:
    calibration = document.get("calibration", {})
    if not isinstance(calibration, dict) or not isinstance(calibration.get("counter", 0), int):
        raise ValueError("calibration is not an object with a counter")
    return calibration.get("counter", 0)


def _hex(data: bytes) -> str:
    return "".join("%02x" % byte for byte in data)
