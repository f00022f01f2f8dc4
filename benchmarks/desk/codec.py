"""Parses frames (hex, one a line, in the file argv[1]) over and over; prints frames a second."""

import json
import sys
from time import ticks_diff, ticks_us

from tomoshibi.wire.echonet import GOOD, Frame

SPAN_US = 1_000_000

with open(sys.argv[1]) as file:
    frames = [bytes.fromhex(line.strip()) for line in file]
frame = Frame()
done, started = 0, ticks_us()
while ticks_diff(ticks_us(), started) < SPAN_US:
    for data in frames:
        if frame.parse(data, len(data)) != GOOD:
            raise ValueError("not a frame")
        for _epc, _value in frame.blocks():
            done += 0
        done += 1
print(json.dumps({"frames_per_s": done * 1_000_000 // ticks_diff(ticks_us(), started)}))
