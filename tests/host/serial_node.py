"""A stand-in for a node's console on a pseudo-terminal: answers the commands that `tomo` sends."""

import json
import os
import pty
import select
import threading
import tty

from tests.host import chips


class SerialNode:
    """Open inside the `with`; `path` is its port, `heard` the commands it got.

    answer     takes the place of the node's own answers: command in, bytes out
    """

    def __init__(self, data=None, answer=None):
        self.data = bytes(chips.whole_chip()) if data is None else bytes(data)
        self.settings = {"name": "panel", "utc_offset_min": 0}
        self.heard = []
        self._answer = answer or self.own_answer
        self._stop = threading.Event()

    def __enter__(self):
        self._ours, self._theirs = pty.openpty()
        tty.setraw(self._theirs)
        self.path = os.ttyname(self._theirs)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_exc):
        self._stop.set()
        self._thread.join(5)
        os.close(self._ours)
        os.close(self._theirs)

    def _serve(self):
        typed = b""
        while not self._stop.is_set():
            if not select.select([self._ours], [], [], 0.05)[0]:
                continue
            typed += os.read(self._ours, 4_096)
            *lines, typed = typed.replace(b"\r", b"\n").split(b"\n")
            for line in filter(None, lines):
                self.heard.append(line.decode())
                os.write(self._ours, self._answer(line.decode()))

    def own_answer(self, command):
        word, *rest = command.split(" ", 2)
        # Events come whenever they happen, and the boot loader says things that are no JSON.
        noise = b'rst:0x1 (POWERON_RESET)\r\n{"t": 1.000, "event": "grid", "to": "dead"}\r\n'
        return noise + b'{"t": 2.000, ' + json.dumps(self._told(word, rest))[1:].encode() + b"\r\n"

    def _told(self, word, rest):
        if word == "read" and rest[0] != "identity":
            at, length = (int(number) for number in rest[1].split())
            place = chips.PLACES[rest[0]][0] + at
            assert 0 < length <= 512
            piece = self.data[place : place + length].hex()
            return {"event": "read", "partition": rest[0], "at": at, "data": piece}
        if word == "settings":
            return {"event": "settings", "document": self.settings}
        if word == "set" and rest[0].startswith("["):
            told = [
                self._told(word, [key, json.dumps(value)])
                for key, value in json.loads(" ".join(rest))
            ]
            return next((one for one in told if one["event"] == "error"), told[-1])
        if word == "set" and rest[0] == "line_hz" and rest[1] not in ("50", "60"):
            return {"event": "error", "refused": "line_hz", "allowed": "50 or 60 Hz"}
        if word == "set":
            self.settings[rest[0]] = json.loads(rest[1])
            return {"event": "set", "key": rest[0], "reboot": True}
        if word == "defaults":
            self.settings = {}
            return {"event": "defaults"}
        if word == "start":
            import_wh, export_wh = (*rest[1].split(), "3")[:2]
            return {"event": "start value", "branch": int(rest[0]), "from_wh": 7,
                    "to_wh": int(import_wh), "export_from_wh": 3,
                    "export_to_wh": int(export_wh)}  # fmt: skip
        return {"event": "error", "unknown": word}
