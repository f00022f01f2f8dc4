"""What is frozen into a virtual board: what stands in for hardware, and nothing of ours.

The firmware comes from the board's flash, as on a chip with a stock MicroPython.
"""

include("$(MPY_DIR)/extmod/asyncio")
freeze("../../stubs/unix")
freeze("../../stubs/chips")
module("flash_map.py", base_path="..")
module("partition_table.py", base_path="..")
