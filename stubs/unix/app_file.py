"""The board's app.py as the image would have it: a module that is there to be imported.

In an image it is frozen. On the desk it lies beside board.py, on the host, which the node cannot
see; so it is read before, and runs when the firmware first takes a name of it.
"""

import sys

_FILE = "app.py"


class _Lazy:
    """In the place of the module `app`. What is wrong in the file is raised where it is taken."""

    def __init__(self, source: str) -> None:
        self._names = {"__name__": "app", "__file__": _FILE}
        self._run = False
        self._code = self._wrong = None
        try:
            self._code = compile(source, _FILE, "exec")
        except SyntaxError as error:
            self._wrong = error

    def __getattr__(self, name: str):
        if self._wrong is not None:
            raise self._wrong
        if not self._run:
            self._run = True
            exec(self._code, self._names)
        if name not in self._names:
            raise ImportError("can't import name " + name)
        return self._names[name]


def bring_in() -> None:
    """Have `import app` find the file beside board.py, if there is one."""
    import board

    try:
        with open(board.__file__[: -len("board.py")] + _FILE) as file:
            sys.modules["app"] = _Lazy(file.read())
    except OSError:
        return
