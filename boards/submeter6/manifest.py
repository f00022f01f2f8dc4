"""What is frozen into the device image of this board.

Never anything of stubs/unix or stubs/chips: those exist on the desk alone.
"""

include("$(MPY_DIR)/extmod/asyncio")
freeze("../../firmware")
freeze("../../stubs/shims")
module("board.py")
