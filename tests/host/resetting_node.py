"""A stand-in for the desk program that ends with the statuses in the file `plan` of its folder.

It says why it started, with HEAR the faults that the world begins with, and repeats what is typed;
`bye` ends it with status 7.
"""

import json
import os
import sys
import time
from pathlib import Path


def main():
    read_end, write_end = (int(end) for end in os.environ["DESK_LINK"].split(","))
    os.write(write_end, b'{"hello": "%s"}\n' % os.environ["DESK_BOARD"].encode())
    soft = ["soft"] if os.environ.get("DESK_SOFT_RESET") else []
    print("started", os.environ.get("DESK_RESET_REASON"), *soft, flush=True)
    if "HEAR" in os.environ:
        with os.fdopen(read_end, "rb") as link:
            told = json.loads(link.readline())["set"]
        print("told", *sorted(name for name in told if "photocell" in name), flush=True)
    plan = Path("plan").read_text().split()
    if plan:
        Path("plan").write_text(" ".join(plan[1:]))
        time.sleep(0.05)
        sys.exit(int(plan[0]))
    for _ in range(int(os.environ.get("CHATTER", "0"))):
        print("nobody reads this", flush=True)
    for line in sys.stdin.buffer:
        if line.strip() == b"bye":
            sys.exit(7)
        print("heard", line.hex(), flush=True)


if __name__ == "__main__":
    main()
