"""tomo.render.plots: names as operators write them."""

import warnings

NAMES = ("冷蔵庫", "tariff $a_1$", "10 $")


def test_any_name_is_shown_as_it_is_and_nobody_is_warned():
    # Here: every test process reads this file, and matplotlib takes half a second to import.
    import matplotlib.pyplot as plt

    from tomo.render.plots import as_it_is, saved

    with warnings.catch_warnings(), plt.rc_context({"svg.fonttype": "none"}):
        warnings.simplefilter("error")
        figure, axis = plt.subplots(layout="constrained")
        axis.set_yticks(range(len(NAMES)), [as_it_is(name) for name in NAMES])
        text = saved(figure)
    for name in NAMES:
        assert f">{name}<" in text
