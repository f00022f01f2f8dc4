"""What is frozen into every device image beside its board.py; for manifests to include.

Never anything of stubs/unix or stubs/chips: those exist on the desk alone.
"""

import os
import sys

# It is run in its own folder, boards.
sys.path.insert(0, os.path.dirname(os.getcwd()))
from bootstrap.lean import lean

# Not the port's own manifest: its start-up waits for ever on a damaged file system. Ours is
# firmware/_boot.py; of the rest we need asyncio.
include("$(MPY_DIR)/extmod/asyncio")
freeze(lean("../firmware", "../build/lean"))
freeze("../stubs/shims")
