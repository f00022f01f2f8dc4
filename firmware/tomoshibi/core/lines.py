"""Where the firmware's files begin in those that they are put together in for an image.

Rows (frozen file, line, file). There are none where files run as they are; bootstrap.link fills
them in.
"""

LINES: tuple[tuple[str, int, str], ...] = ()
