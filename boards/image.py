"""What is frozen into every device image beside its board.py; for manifests to include.

Never anything of stubs/unix or stubs/chips: those exist on the desk alone.
"""

# Not the port's own manifest: its start-up waits for ever on a damaged file system. Ours is
# firmware/_boot.py; of the rest we need asyncio.
include("$(MPY_DIR)/extmod/asyncio")
freeze("../firmware")
freeze("../stubs/shims")
