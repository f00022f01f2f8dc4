"""A stand-in for the desk program: speaks the world link and the console, and sheds by tier.

It has a policy of a few lines, so that the site runner can be tried where nothing is built. Run
with DESK_LINK, DESK_BOARD and settings in the flash.bin of its folder, as the real one. FAKE_FAULT
makes it misbehave: "die" in mid-run, "killed", "hang", "garbage" on the link.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

from tomo.image.documents import node_settings

SHED_AFTER_MS = 40
CLOSE_EVERY_MS = 6_000


class FakeNode:
    def __init__(self):
        self.settings = node_settings(Path()) or {}
        self.loads = self.settings.get("loads", [])
        self.now_ms = 0
        self.seen = {}
        self.out = []
        self.closed = [False] * len(self.loads)
        self.due = []  # (time, action)
        self.lost = False
        for number in range(len(self.loads)):
            self.due.append((1_000 + number * CLOSE_EVERY_MS, ("close", number, "start")))

    def say(self, event, **fields):
        print(json.dumps({"t": self.now_ms / 1000, "event": event, **fields}), flush=True)

    def take(self, changed):
        self.seen.update(changed)
        lost = self.seen.get("grid_mv", 0) < 20_000
        if lost and not self.lost:
            self.due.append((self.now_ms + SHED_AFTER_MS, ("shed", 0, "")))
        elif self.lost and not lost:
            hold_ms = 1000 * self.settings.get("return_hold_s", 300)
            for step, number in enumerate(n for n, closed in enumerate(self.closed) if not closed):
                at_ms = self.now_ms + hold_ms + step * CLOSE_EVERY_MS
                self.due.append((at_ms, ("close", number, "restored")))
        self.lost = lost

    def run(self, until_ms):
        """Go on to `until_ms`, or to the first moment at which an output changes."""
        while self.due and min(self.due)[0] <= until_ms and not self.out:
            moment, (action, number, cause) = min(self.due)
            self.due.remove(min(self.due))
            self.now_ms = max(self.now_ms, moment)
            if action == "close":
                self.switch(number, True, cause)
            else:
                self.shed()
        if not self.out:
            self.now_ms = until_ms

    def shed(self):
        left_w = self.settings.get("island_limit_w", 0)
        order = sorted(range(len(self.loads)), key=lambda n: self.loads[n]["tier"])
        for number in order:
            if self.loads[number]["rated_w"] <= left_w:
                left_w -= self.loads[number]["rated_w"]
            else:
                self.switch(number, False, "over the island's limit")

    def switch(self, number, closed, cause):
        if self.closed[number] == closed:
            return
        self.closed[number] = closed
        self.out.append([self.now_ms, f"relay{number + 1}", int(closed)])
        turn = "on" if closed else "off"
        name = self.loads[number]["name"]
        self.say("load", load=name, number=number + 1, to=turn, cause=cause)


def main():
    read_end, write_end = (int(end) for end in os.environ["DESK_LINK"].split(","))
    fault = os.environ.get("FAKE_FAULT", "")
    world = os.fdopen(read_end, "r", encoding="utf-8")
    answers = os.fdopen(write_end, "w", encoding="utf-8")

    def answer(frame):
        print(json.dumps(frame), file=answers, flush=True)

    node = FakeNode()
    answer({"hello": os.environ["DESK_BOARD"]})
    node.say("boot", board=os.environ["DESK_BOARD"])
    for line in world:
        frame = json.loads(line)
        node.take(frame.get("set", {}))
        if "until_ms" not in frame:
            continue
        if fault and node.now_ms > 2_000:
            misbehave(fault, answer)
        node.run(frame["until_ms"])
        answer({"at_ms": node.now_ms, "out": node.out, "lines": []})
        node.out = []


def misbehave(fault, answer):
    if fault == "die":
        print("Traceback: the last words of a node", flush=True)
        sys.exit(7)
    if fault == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "hang":
        time.sleep(60)
    answer({"what": "is this"})


if __name__ == "__main__":
    main()
