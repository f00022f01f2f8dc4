"""What stands on the heap, told apart by who made it: sizes by kind, and whose each object is.

MicroPython cannot be asked for the size of an object, so sizes are worked out from how it lays
them out in blocks of 16 bytes on a 32-bit machine (py/obj*.h, py/map.c). What is reached by no
name, such as the frames of coroutines, is what is left of the sum.
"""

import sys

# Places that a dictionary takes as it grows (py/map.c).
_GROWS = (1, 2, 4, 6, 8, 10, 12, 17, 23, 29, 37, 47, 59, 73, 97, 127, 167, 223, 293, 389, 521)
_SLOT = 8


def _function():
    pass


def _generator():
    yield


class _Class:
    def method(self):
        pass


_FUNCTIONS = (type(_function), type(_generator))
_BOUND = type(_Class().method)
_MODULE = type(sys)


def blocks(size):
    """Bytes of the heap that `size` bytes take."""
    return (size + 15) // 16 * 16


def table(count):
    """Bytes of a dictionary's table with `count` names."""
    if not count:
        return 0
    return blocks(_SLOT * next(places for places in _GROWS if places >= count))


def instance(thing):
    """Bytes of an object of a class and of its own names."""
    return 16 + table(len(thing.__dict__))


class Heap:
    """Which objects are on the heap, and which have been counted."""

    def __init__(self, size):
        # Objects in flash (here: in the program) are far from those on the heap.
        here = id(bytearray(16)) & 0xFFFFFFFF
        self._first, self._end = here - size, here + size
        self._seen = set()

    def fresh(self, thing):
        """Whether it is on the heap and was not asked about before."""
        place = id(thing) & 0xFFFFFFFF
        if not self._first <= place < self._end or place in self._seen:
            return False
        self._seen.add(place)
        return True

    def code(self, module):
        """{name: bytes} of a module's own classes and functions; under "" what its names take."""
        if not self.fresh(module):
            return {}
        names = module.__dict__
        sizes = {"": 32 + table(len(names))}
        for name, thing in list(names.items()):
            if type(thing) in _FUNCTIONS:
                own = getattr(thing, "__globals__", names) is names
            else:
                own = type(thing) is type and thing.__dict__.get("__module__") == module.__name__
            if own and self.fresh(thing):
                sizes[name] = _made_by(thing)
        return sizes

    def data(self, thing, is_foreign):
        """(bytes, foreign bytes) of all that hangs on `thing`, without code.

        is_foreign(object)   whether it is none of the firmware's
        """
        own = foreign = 0
        waiting = [(thing, False)]
        while waiting:
            thing, strange = waiting.pop()
            if not self.fresh(thing):
                continue
            strange = strange or is_foreign(thing)
            size, more = _shallow(thing)
            if strange:
                foreign += size
            else:
                own += size
            for each in more:
                waiting.append((each, strange))
        return own, foreign


def _made_by(thing):
    """Bytes of a function, or of a class with its methods."""
    if type(thing) is not type:
        return 16
    names = thing.__dict__
    based = any(base is not object for base in thing.__bases__)
    size = 64 + 16 * based + 16 + table(len(names))
    return size + sum(16 for each in names.values() if type(each) in _FUNCTIONS)


def _shallow(thing):
    """Bytes of one object, and what it refers to."""
    kind = type(thing)
    if kind in (bytes, str):
        return 16 + blocks(len(thing) + 1), ()
    if kind is bytearray:
        return 16 + blocks(len(thing)), ()
    if kind is list:
        return 16 + blocks(4 * max(4, len(thing))), thing
    if kind is tuple:
        return blocks(8 + 4 * len(thing)), thing
    if kind is dict:
        return 16 + table(len(thing)), list(thing.keys()) + list(thing.values())
    if kind is _BOUND or kind in _FUNCTIONS or kind in (int, float):
        return 16, ()
    if kind.__name__ == "array":
        return 16 + blocks(len(bytes(thing))), ()
    if kind is _MODULE or kind is type:
        return 0, ()
    names = getattr(thing, "__dict__", None)
    if type(names) is dict:
        return instance(thing), list(names.values())
    return 16, ()
