"""What people ask of nodes: who is there, everything of one object, what changes."""

from collections.abc import Iterator
from time import monotonic
from typing import Any

from tomo.client.decode import Value, decode, decode_all
from tomo.client.echonet import Controller, Heard
from tomo.errors import HostError, NodeWrong
from tomoshibi.wire.echonet import NODE_PROFILE

_ABOUT = {0x8A: "maker", 0x8C: "product", 0x8D: "serial", 0x83: "id"}
# Long, or the same for ever: not worth asking again and again.
_NOT_POLLED = {0x81, 0x82, 0x83, 0x89, 0x8A, 0x8C, 0x8D, 0x97, 0x98, 0x9D, 0x9E, 0x9F}
_LONG = 17


class AnswersAgain:
    """A node that was told of as in trouble answers as it should."""


# (address, value, "inf" or "poll"), or (address, trouble or its end, "").
News = tuple[str, Value | HostError | AnswersAgain, str]


def about(controller: Controller, ip: str, objects: list[int]) -> dict[str, Any]:
    """Who a node says it is, and its objects."""
    values = controller.get(ip, NODE_PROFILE, _ABOUT)
    fields: dict[str, Any] = {"ip": ip}
    for epc, label in _ABOUT.items():
        fields[label] = decode(NODE_PROFILE, epc, values[epc], {}).value or ""
    fields["objects"] = [f"{eoj:06X}" for eoj in objects]
    return fields


def need_objects(controller: Controller, ip: str, wanted: list[int]) -> None:
    """Raise NodeWrong, with the objects that the node has, if one of `wanted` is not among them.

    A node says nothing at all to who asks for an object that it lacks: it must be asked before.
    """
    if set(wanted) <= {NODE_PROFILE}:
        return
    there = [NODE_PROFILE, *controller.objects(ip)]
    missing = ", ".join(f"{eoj:06X}" for eoj in wanted if eoj not in there)
    if missing:
        has = ", ".join(f"{eoj:06X}" for eoj in there)
        raise NodeWrong(f"{ip} has no object {missing}", f"It has: {has}")


def read_object(controller: Controller, ip: str, eoj: int) -> list[Value]:
    """Every readable property of one object."""
    return decode_all(eoj, controller.get(ip, eoj, controller.readable(ip, eoj)))


class Watch:
    """Follows nodes: announcements as they come, and a round of questions every `every_s`."""

    def __init__(self, controller: Controller, nodes: dict[str, list[int]], every_s: float) -> None:
        self._controller = controller
        self._nodes = nodes
        self._every_s = every_s
        self._known: dict[tuple[str, int], dict[int, bytes | None]] = {}
        self._polled: dict[tuple[str, int], list[int]] = {}
        self._troubles: dict[str, type[HostError]] = {}  # what was told of whom

    def changes(self, until_s: float) -> Iterator[News]:
        """What is new until then. The first round gives every value once."""
        due_s = monotonic()
        while (now_s := monotonic()) < until_s:
            if now_s >= due_s:
                due_s = now_s + self._every_s
                yield from self._round()
            for heard in self._controller.announcements(min(due_s, until_s) - monotonic()):
                yield from self._announced(heard)

    def _round(self) -> Iterator[News]:
        for ip, objects in self._nodes.items():
            try:
                for eoj in objects:
                    news = self._ask(ip, eoj)
                    if ip in self._troubles and eoj == objects[-1]:
                        del self._troubles[ip]
                        yield ip, AnswersAgain(), ""
                    yield from news
                    # What was announced while we asked is not left waiting for the whole round.
                    for heard in self._controller.announcements(0):
                        yield from self._announced(heard)
            except HostError as trouble:
                if self._troubles.get(ip) is not type(trouble):
                    self._troubles[ip] = type(trouble)
                    yield ip, trouble, ""

    def _ask(self, ip: str, eoj: int) -> list[News]:
        """What is new of one object. Raises HostError."""
        key = ip, eoj
        if key not in self._polled:
            readable = self._controller.readable(ip, eoj)
            values = self._controller.get(ip, eoj, readable)
            self._polled[key] = [
                epc
                for epc in readable
                if epc not in _NOT_POLLED and len(values[epc] or b"") <= _LONG
            ]
        else:
            values = self._controller.get(ip, eoj, self._polled[key])
        known = self._known.setdefault(key, {})
        new = [epc for epc in self._polled[key] if epc not in known or known[epc] != values[epc]]
        known.update(values)
        return [(ip, decode(eoj, epc, values[epc], known), "poll") for epc in new]

    def _announced(self, heard: Heard) -> Iterator[News]:
        """An announcement is news whatever it says: the node found it worth saying."""
        if heard.ip not in self._nodes:
            return
        eoj = heard.frame.source
        known = self._known.setdefault((heard.ip, eoj), {})
        for epc, raw in heard.frame.blocks():
            known[epc] = raw
            yield heard.ip, decode(eoj, epc, raw, known), "inf"
