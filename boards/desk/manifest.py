"""What is frozen into the desk build: the whole firmware, and what stands in for hardware.

`boards/<name>/board.py` is not: a desk node finds its board on MICROPYPATH.
"""

include("$(MPY_DIR)/extmod/asyncio")
freeze("../../firmware")
freeze("../../stubs/shims")
freeze("../../stubs/unix")
freeze("../../stubs/chips")
module("flash_map.py", base_path="..")
module("partition_table.py", base_path="..")
