"""Says what machine this is, and that it counts the same instructions twice."""

import _rv32
import json
import sys


def _counted() -> int:
    before = _rv32.instructions()
    for _ in range(10):
        pass
    return _rv32.instructions() - before


print(json.dumps({"machine": sys.implementation._machine, "counted": [_counted(), _counted()]}))
