"""Who the node is, in a partition of its own: serial number, hardware, secret, calibration.

    {"serial": "TM-000123", "hardware": "B", "secret": "<64 hex digits>",
     "calibration": {"jig": "J2", "reference": "R-881", "date": "2026-11-25",
                     "residual_ppm": 310, "counter": 1, …}}

A blank one is written once, by the factory's jig; from then on only by a session that proves that
it knows the device's secret: HMAC-SHA-256 over a challenge of ours and the new document.
"""

import json
from os import urandom
from typing import TYPE_CHECKING

from tomoshibi.core.hmac import hmac_sha256
from tomoshibi.core.refusals import NotAuthorised
from tomoshibi.settings.copies import BLANK, LOST, Copies
from tomoshibi.wire import copies

if TYPE_CHECKING:
    from tomoshibi.core.flash import Flash, Window

_CHALLENGE_SIZE = 16
_SECRET_DIGITS = 64


class IdentityStore:
    """The identity partition. `blank`: never written. `lost`: both copies are damaged.

    `challenged` is what the next `write` must have signed; empty before the first challenge.
    """

    def __init__(self, flash: Flash, challenged: bytes = b"", window: Window | None = None) -> None:
        self.copies = Copies(flash, copies.IDENTITY, window)
        self.challenged = challenged
        document = self.copies.read()
        self.blank = self.copies.state == BLANK
        self.lost = self.copies.state == LOST
        self.serial = str(document.get("serial", ""))
        self.hardware = str(document.get("hardware", ""))

    def shown(self) -> dict:
        """All but the secret."""
        document = self.copies.read()
        document.pop("secret", None)
        return document

    def challenge(self) -> str:
        """Hex digits that the next `write` must have signed."""
        self.challenged = urandom(_CHALLENGE_SIZE)
        return _hex(self.challenged)

    def write(self, text: str, proof: str) -> None:
        """Store the document `text` (JSON). Raises NotAuthorised without a right proof.

        A blank identity takes any; a lost one, too, as its secret is gone with it. Raises
        ValueError if it is no identity, or if its calibration is older than the one it replaces.
        """
        before = self.copies.read()
        challenge, self.challenged = self.challenged, b""
        if not (self.blank or self.lost):
            secret = bytes.fromhex(before["secret"])
            if not challenge or _hex(hmac_sha256(secret, challenge + text.encode())) != proof:
                raise NotAuthorised("identity")
        document = json.loads(text)
        _check(document, before)
        try:
            self.copies.write(document)
        finally:
            # Of two copies the first may be good and the other not: then it is no longer blank.
            self.blank = self.copies.state == BLANK
            self.lost = self.copies.state == LOST
        self.serial, self.hardware = document["serial"], document["hardware"]


def _check(document: object, before: dict) -> None:
    if not isinstance(document, dict):
        raise ValueError("identity is not a JSON object")
    for key in ("serial", "hardware", "secret"):
        if not isinstance(document.get(key), str):
            raise ValueError("identity has no " + key)
    if len(document["secret"]) != _SECRET_DIGITS:
        raise ValueError("secret is not of 64 hex digits")
    bytes.fromhex(document["secret"])
    if _counter(document) < _counter(before):
        raise ValueError("calibration counter runs backwards")


def _counter(document: dict) -> int:
    calibration = document.get("calibration", {})
    if not isinstance(calibration, dict) or not isinstance(calibration.get("counter", 0), int):
        raise ValueError("calibration is not an object with a counter")
    return calibration.get("counter", 0)


def _hex(data: bytes) -> str:
    return "".join("%02x" % byte for byte in data)
