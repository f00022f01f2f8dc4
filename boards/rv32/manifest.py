"""What is frozen into the RV32 build: firmware, one board, the desk's stand-ins, what counts.

What the desk's stand-ins need of a host, and this machine lacks, is in stubs/rv32.
"""

import os
import sys
from pathlib import Path

# It is run in its own folder, boards/rv32.
sys.path.insert(0, os.path.dirname(os.path.dirname(os.getcwd())))
from bootstrap.lean import beside, lean

include("$(MPY_DIR)/extmod/asyncio")
freeze(lean("../../firmware", "../../build/lean"))
freeze("../../stubs/shims")
freeze("../../stubs/chips")
# All but those whose names this machine has itself.
for each in sorted(os.listdir("../../stubs/unix")):
    if each.endswith(".py") and not os.path.exists(os.path.join("../../stubs/rv32", each)):
        module(each, base_path="../../stubs/unix")
freeze("../../stubs/rv32")
# With values for the firmware's numbers, whose names are not frozen.
programs = Path("../../proofs/budget/desk").resolve()
freeze(str(beside(programs, Path("../../build/beside/proofs/budget/desk").resolve())))
module("board.py", base_path="../submeter6")
module("flash_map.py", base_path="..")
module("partition_table.py", base_path="..")
