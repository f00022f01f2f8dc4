"""policy.plan (lex by tier) against the plans worked by hand in docs/sources.md."""

import unittest

from no_heap import no_heap

from tomoshibi.core.loads import Load
from tomoshibi.policy.plan import ShedPlan

# (name, tier, rated W): the example site of docs/sources.md, "Shed plans worked by hand".
SITE = (
    ("exit", 0, 50),
    ("med", 0, 150),
    ("comm", 1, 200),
    ("pump", 1, 750),
    ("fridge", 2, 300),
    ("lights", 2, 450),
    ("outlet", 3, 900),
    ("ac", 3, 1_800),
)


def loads(rows, closed=True):
    made = [Load(name, tier, rated_w) for name, tier, rated_w in rows]
    for load in made:
        load.closed = closed
    return made


def kept(site, limit_w):
    plan = ShedPlan(site)
    plan.compute(limit_w)
    return [load.name for load, keep in zip(site, plan.keep) if keep], plan.planned_w


class TestLex(unittest.TestCase):
    def test_worked_examples(self):
        for limit_w, names, watts in (
            (150, ["med"], 150),
            (1_000, ["exit", "med", "pump"], 950),
            (1_500, ["exit", "med", "comm", "pump", "fridge"], 1_450),
            (2_600, ["exit", "med", "comm", "pump", "fridge", "lights"], 1_900),
            (9_000, [name for name, _, _ in SITE], 4_600),
        ):
            for closed in (True, False):
                with self.subTest(limit_w=limit_w, closed=closed):
                    self.assertEqual(kept(loads(SITE, closed), limit_w), (names, watts))

    def test_the_case_in_which_policies_differ(self):
        site = loads((("a", 0, 300), ("b", 1, 800), ("c", 2, 690), ("d", 3, 5)))
        self.assertEqual(kept(site, 1_000), (["a", "c", "d"], 995))

    def test_below_an_incomplete_tier_0_nothing_stays_on(self):
        site = loads((("a", 0, 300), ("b", 0, 200), ("sign", 4, 5)))
        self.assertEqual(kept(site, 310), (["a"], 300))

    def test_of_two_equal_subsets_the_earlier_loads_stay(self):
        site = loads((("a", 2, 100), ("b", 2, 100), ("c", 2, 100)))
        self.assertEqual(kept(site, 200), (["a", "b"], 200))

    def test_a_limit_of_nothing_keeps_nothing(self):
        self.assertEqual(kept(loads(SITE), 0), ([], 0))


class TestWhatCounts(unittest.TestCase):
    def test_a_load_counts_with_what_it_was_seen_to_draw_if_that_is_more(self):
        site = loads((("a", 1, 100), ("b", 2, 100)))
        site[0].peak_w = 150
        self.assertEqual(kept(site, 240), (["a"], 150))

    def test_unwanted_and_locked_loads_are_never_kept(self):
        site = loads((("a", 0, 100), ("b", 0, 100), ("c", 1, 100)))
        site[0].wanted = False
        site[1].locked_off = True
        self.assertEqual(kept(site, 1_000), (["c"], 100))

    def test_within_a_tier_what_is_on_is_not_traded_for_more_watts(self):
        site = loads((("on", 3, 400), ("off", 3, 900)))
        site[1].closed = False
        self.assertEqual(kept(site, 1_000), (["on"], 400))

    def test_no_watts_are_set_aside_for_a_load_that_may_not_close_yet(self):
        site = loads((("pump", 1, 750), ("tv", 3, 400)))
        site[0].closed = False
        plan = ShedPlan(site)
        plan.compute(1_000, bytearray((0, 1)))
        self.assertEqual(list(plan.keep), [0, 1])

    def test_an_open_life_safety_load_that_never_fits_does_not_darken_the_rest(self):
        site = loads((("big", 0, 2_000), ("exit", 0, 200), ("pump", 1, 750)))
        site[0].closed = False
        self.assertEqual(kept(site, 1_350), (["exit", "pump"], 950))

    def test_a_higher_tier_displaces_a_lower_one(self):
        site = loads((("pump", 1, 750), ("tv", 3, 400)))
        site[0].closed = False
        self.assertEqual(kept(site, 1_000), (["pump"], 750))

    def test_lowering_the_limit_turns_nothing_on_within_a_tier(self):
        site = loads((("a", 2, 600), ("b", 2, 500), ("c", 2, 450)))
        for load, keep in zip(site, (False, True, True)):
            load.closed = keep
        self.assertEqual(kept(site, 600), (["b"], 500))


class TestMemory(unittest.TestCase):
    def test_compute_allocates_nothing(self):
        plan = ShedPlan(loads(SITE))
        with no_heap:
            plan.compute(1_500)
            plan.keep_all()
        self.assertEqual(list(plan.keep), [1] * 8)


class TestManyInOneTier(unittest.TestCase):
    """More than can all be tried; a board has nine at most today."""

    def site(self, *rated_w):
        return loads([("load %d" % i, 2, watts) for i, watts in enumerate(rated_w)])

    def test_the_largest_are_taken_first_and_the_last_eight_tried_all(self):
        # Of 900, 800 and 700 two fit into 1,800; of eight 30s the rest of 100 carries three.
        site = self.site(900, 800, 700, 30, 30, 30, 30, 30, 30, 30, 30)
        names, planned_w = kept(site, 1_800)
        self.assertEqual(names, ["load 0", "load 1", "load 3", "load 4", "load 5"])
        self.assertEqual(planned_w, 1_790)

    def test_all_stay_on_that_fit_together(self):
        self.assertEqual(kept(self.site(*[100] * 15), 1_500)[1], 1_500)

    def test_never_over_the_limit_and_at_least_half_of_the_best(self):
        seed = 1
        for _ in range(60):
            rated_w = []
            for _ in range(12):
                seed = seed * 1_103_515_245 + 12_345 & 0x3FFFFFFF
                rated_w.append(50 + (seed >> 8) % 1_500)
            limit_w = sum(rated_w) * (1 + seed % 9) // 10
            reachable = {0}
            for watts in rated_w:
                reachable |= {total + watts for total in reachable if total + watts <= limit_w}
            names, planned_w = kept(self.site(*rated_w), limit_w)
            self.assertEqual(planned_w, sum(rated_w[int(name[5:])] for name in names))
            self.assertTrue(max(reachable) <= 2 * planned_w <= 2 * limit_w)

    def test_allocates_nothing(self):
        plan = ShedPlan(self.site(*range(100, 1_600, 100)))
        compute = plan.compute
        with no_heap:
            compute(5_000)
        self.assertTrue(4_900 <= plan.planned_w <= 5_000)
