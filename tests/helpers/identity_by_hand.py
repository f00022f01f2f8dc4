"""Identities, and the proof that a session knows the secret of the one before.

Source: RFC 2104: H((K ^ opad) | H((K ^ ipad) | text)).
"""

import hashlib
import json

SECRET = "00112233445566778899aabbccddeeff" * 2
OTHER = "f0" * 32
KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 2


def hexed(data):
    return "".join("%02x" % byte for byte in data)


def proof(secret, challenge, text):
    key = bytes.fromhex(secret) + bytes(32)
    message = bytes.fromhex(challenge) + text.encode()
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + message).digest()
    return hexed(hashlib.sha256(bytes(byte ^ 0x5C for byte in key) + inner).digest())


def document(counter=1, serial="TM-000123", secret=SECRET):
    return {
        "serial": serial,
        "hardware": "B",
        "secret": secret,
        "calibration": {"jig": "J2", "date": "2026-11-25", "counter": counter},
    }


def text_of(*arguments):
    return json.dumps(document(*arguments))


def key_text(key):
    return json.dumps({"key": key})
