"""What is frozen into the device image of this board."""

include("../image.py")
module("board.py")
