"""What is frozen into the device image of this board."""

import os

include("../../boards/image.py", board=os.getcwd())
