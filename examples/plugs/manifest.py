"""What is frozen into the device image of this board: no model, which is the desk's."""

import os

include("../../boards/image.py", board=os.getcwd())
module("pzem004t.py")
