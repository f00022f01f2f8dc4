"""What is frozen into the device image of this board.

Never anything of stubs/unix or stubs/chips: those exist on the desk alone.
"""

# The port's own start-up files (they mount the file system) and asyncio.
include("$(PORT_DIR)/boards/manifest.py")
freeze("../../firmware")
freeze("../../stubs/shims")
module("board.py")
