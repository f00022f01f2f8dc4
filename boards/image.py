"""What is frozen into every device image; for the manifest of a board to include.

    include("../image.py", board=os.getcwd())

`board` is the board's folder: its board.py goes into the image, and its app.py if it has one.
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
module("board.py", base_path=options.board)
if os.path.exists(os.path.join(options.board, "app.py")):
    module("app.py", base_path=options.board)
