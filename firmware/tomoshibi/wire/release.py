"""Which release this is: the firmware's version and the host tools', kept nowhere else.

Plain Python, read by the build of the Python package, too. A number frozen into an image is put
where it is asked for, so that no node keeps this module.
"""

VERSION = "0.1.0"
