"""What one key alone cannot show of a site: what clashes, does not reach, or leaves people dark."""

from collections.abc import Iterator, Sequence

from tomo.board.read import Board
from tomo.board.sound import sound_parts
from tomo.errors import HostError
from tomo.guess import meant
from tomo.site.circuits import placed_loads
from tomo.site.limits import island_limits_w
from tomo.site.members import check_names, check_parts
from tomo.site.records import Load, Node, Site
from tomo.site.serials import check_serials
from tomo.tables.locate import Path, Problem

# What `feeds` may say besides the names of nodes.
ITSELF, NETWORK = "node", "network"
_CRITICAL = 1  # the last tier that is kept as long as anything is


def check(site: Site) -> Iterator[Problem]:
    """Every problem, as the path of the key to blame and what is wrong with it."""
    if not site.node:
        yield (), "expected at least one [[node]]"
    yield from check_names(site.node)
    yield from _reserved(site)
    yield from _places(site)
    yield from check_serials(site)
    yield from _inverter(site)
    sound, unsound = _boards(site)
    yield from unsound
    for number, node in enumerate(site.node):
        if node.board in sound:
            yield from check_parts(sound[node.board], node, ("node", number))
            yield from _fed(site, sound[node.board], number)
    yield from _fed_twice(site)
    yield from _limits(site, sound)


def advise(site: Site) -> Iterator[Problem]:
    """What may be, but is hardly meant. Of a site whose tables are as declared."""
    tiers = {one.tier for node in site.node for one in (*node.load, *node.lamp)}
    if site.node and 0 not in tiers:
        yield ("site",), "no load or lamp of tier 0: is nothing here life-safety?"
    for number, node in enumerate(site.node):
        for key in ("line_hz", "line_v"):
            own, common = getattr(node, key), getattr(site, key)
            if own not in (None, common):
                yield ("node", number, key), f"{own}, but the site has {common}"
        yield from _rooms(site, number)
        yield from _needless(node, number)
    if not _boards(site)[1]:
        yield from _life_safety(site)
        yield from _lamps_left_out(site)


def confirmation(node: Node, circuit: int, feeds: Sequence[str]) -> str:
    """The sentence by which the file says that it is known what goes dark with a circuit."""
    whom = {ITSELF: "this node", node.name: "this node", NETWORK: "the network"}
    fed = " and ".join(dict.fromkeys(whom.get(one, one) for one in feeds))
    return f"circuit {circuit} feeds {fed} and may be shed"


def _reserved(site: Site) -> Iterator[Problem]:
    for number, node in enumerate(site.node):
        if node.name in (ITSELF, NETWORK):
            yield ("node", number, "name"), f"{node.name!r} means something else in feeds"
        if node.ip and node.ip == site.network.ntp_server:
            yield ("node", number, "ip"), f"{node.ip} is the time server's address"


def _places(site: Site) -> Iterator[Problem]:
    """A pole has one head: whoever stands before it must know which of two is meant."""
    for number, node in enumerate(site.node):
        others = [one for one in site.node[:number] if one.lamp and _same_place(one, node)]
        if node.lamp and others:
            what = f"the lamp of {others[0].name} is in the same place {node.place!r}"
            yield ("node", number, "place"), what


def _same_place(one: Node, other: Node) -> bool:
    """Whether two nodes are said to be in one place, however its words are spaced and cased."""
    place = one.place.casefold().split()
    return place != [] and place == other.place.casefold().split()


def _inverter(site: Site) -> Iterator[Problem]:
    rating_w, surge_w = site.inverter.continuous_w, site.inverter.surge_w
    if surge_w and surge_w < rating_w:
        yield ("inverter", "surge_w"), f"below continuous_w ({rating_w} W)"


def _boards(site: Site) -> tuple[dict[str, Board], list[Problem]]:
    """Boards by name, and those that are none to boot, said where they are first named."""
    sound: dict[str, Board] = {}
    wrong: dict[str, Problem] = {}
    for number, node in enumerate(site.node):
        if node.board and node.board not in sound and node.board not in wrong:
            try:
                sound[node.board] = sound_parts(node.board)
            except HostError as error:
                why = "; ".join(filter(None, (str(error), *error.hint.splitlines())))
                wrong[node.board] = (("node", number, "board"), why)
    return sound, list(wrong.values())


def _limits(site: Site, sound: dict[str, Board]) -> Iterator[Problem]:
    """Sub-meters do not know of each other: what all may draw, the inverter has to carry."""
    rating_w = site.inverter.continuous_w
    if not rating_w or any(node.board not in sound for node in site.node):
        return
    limits = island_limits_w(rating_w, site.node)
    total_w = sum(filter(None, limits))
    if total_w <= rating_w:
        return
    named = zip(site.node, limits, strict=True)
    each = ", ".join(f"{node.name} {limit_w}" for node, limit_w in named if limit_w is not None)
    what = f"the loads may draw {total_w} W in an island ({each}), more than the inverter's"
    for number, node in enumerate(site.node):
        if limits[number] and "island_limit_w" in node.settings:
            yield ("node", number, "settings", "island_limit_w"), f"{what} {rating_w} W"
            return


def _fed(site: Site, board: Board, number: int) -> Iterator[Problem]:
    """Circuits that feed a node or the network and may be shed, without anybody's word for it."""
    node = site.node[number]
    known = [ITSELF, NETWORK, *(one.name for one in site.node)]
    for circuit, load in placed_loads(board, node.load):
        at = ("node", number, "load", node.load.index(load))
        strangers = [one for one in load.feeds if one not in known]
        for strange in strangers:
            near = meant(strange, known)
            what = f"no node {strange!r} here" + (f"; did you mean {near}?" if near else "")
            yield (*at, "feeds"), what
        if load.feeds and not strangers and circuit in board.load_circuits:
            yield from _risk(node, circuit, load, at)


def _risk(node: Node, circuit: int, load: Load, at: Path) -> Iterator[Problem]:
    sentence = confirmation(node, circuit, load.feeds)
    fed = sentence.removesuffix(" and may be shed")
    if load.locked_off:
        yield (*at, "locked_off"), f"{fed}, and is never switched on"
    elif load.tier > _CRITICAL and load.confirm != sentence:
        needed = f'make it tier 0 or 1, or write: confirm = "{sentence}"'
        yield (*at, "confirm" if load.confirm else "tier"), f"{fed} in tier {load.tier}; {needed}"


def _fed_twice(site: Site) -> Iterator[Problem]:
    """One circuit feeds a node's supply; routers and switches may hang on several."""
    by_name = {node.name: node for node in reversed(site.node) if node.name != NETWORK}
    fed: dict[int, Load] = {}
    for number, node in enumerate(site.node):
        for place, load in enumerate(node.load):
            nodes = [node if one == ITSELF else by_name.get(one) for one in load.feeds]
            for one in nodes:
                if one and fed.setdefault(id(one), load) is not load:
                    at = ("node", number, "load", place, "feeds")
                    yield at, f"{one.name} is fed by {fed[id(one)].name!r} already"


def _rooms(site: Site, number: int) -> Iterator[Problem]:
    """Two panels in a room are no mistake, but of one board they are easily taken for another."""
    node = site.node[number]
    for other in site.node[:number]:
        lamps = node.lamp and other.lamp
        if not lamps and node.board == other.board and _same_place(node, other):
            what = f"{other.name} has the same board in the same place {node.place!r}"
            yield ("node", number, "place"), what


def _lamps_left_out(site: Site) -> Iterator[Problem]:
    """The loads' limits know nothing of the lamps, which are on the same inverter."""
    rating_w = site.inverter.continuous_w
    loads_w = sum(filter(None, island_limits_w(rating_w, site.node)))
    lamps_w = sum(lamp.full_w for node in site.node for lamp in node.lamp)
    if loads_w <= rating_w < loads_w + lamps_w:
        what = f"the loads may draw {loads_w} W in an island and the lamps {lamps_w} W at full"
        yield ("inverter", "continuous_w"), f"{what}, more than {rating_w} W together"


def _life_safety(site: Site) -> Iterator[Problem]:
    """Loads of tier 0 that do not fit the limit together: one of them has to go."""
    limits = island_limits_w(site.inverter.continuous_w, site.node)
    for number, (node, limit_w) in enumerate(zip(site.node, limits, strict=True)):
        needed_w = sum(load.rated_w for load in node.load if not (load.tier or load.locked_off))
        if limit_w is not None and needed_w > limit_w:
            may = f"its loads may draw {limit_w} W in an island"
            yield ("node", number), f"tier 0 is rated {needed_w} W together, {may}"


def _needless(node: Node, number: int) -> Iterator[Problem]:
    for place, load in enumerate(node.load):
        if load.confirm and (load.tier <= _CRITICAL or not load.feeds):
            yield ("node", number, "load", place, "confirm"), "there is nothing to confirm"
