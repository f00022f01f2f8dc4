"""What is frozen into the desk build: the whole firmware, and what stands in for hardware.

`boards/<name>/board.py` is not: a desk node finds its board on MICROPYPATH.
"""

import os
import sys

# It is run in its own folder, boards/desk.
sys.path.insert(0, os.path.dirname(os.path.dirname(os.getcwd())))
from bootstrap.lean import lean

include("$(MPY_DIR)/extmod/asyncio")
freeze(lean("../../firmware", "../../build/lean"))
freeze("../../stubs/shims")
freeze("../../stubs/unix")
freeze("../../stubs/chips")
module("flash_map.py", base_path="..")
module("partition_table.py", base_path="..")
