"""What is frozen into the device image of this board.

Never anything of stubs/unix or stubs/chips: those exist on the desk alone.
"""

# Not the port's own manifest: its start-up waits for ever on a damaged file system. Ours is
# firmware/_boot.py; of the rest we need asyncio.
include("$(MPY_DIR)/extmod/asyncio")
freeze("../../firmware")
freeze("../../stubs/shims")
module("board.py")
