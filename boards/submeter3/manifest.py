"""What is frozen into the device image of this board."""

import os

include("../image.py", board=os.getcwd())
