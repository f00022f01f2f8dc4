"""Puts the branches of a board under the control path: loads behind relays, and fixed ones."""

from typing import TYPE_CHECKING

from tomoshibi.node import parts
from tomoshibi.node.foundation import Foundation, relay_of
from tomoshibi.node.load_control import LoadControl
from tomoshibi.policy.plan import ShedPlan
from tomoshibi.policy.staging import Staging
from tomoshibi.wire import registers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tomoshibi.core.branch import Branch


def build_loads(base: Foundation, branches: Sequence[Branch], main: Branch | None) -> None:
    settings = base.settings
    switched = [branch for branch in branches if branch.load]
    loads = [branch.load for branch in switched]
    base.branches = switched
    base.switched = LoadControl(
        base.control,
        switched,
        [relay_of(branch.number, base.control) for branch in switched],
        ShedPlan(loads),
        Staging(loads, settings["step_gap_s"], settings["stagger_s"], base.draw),
        settings["island_limit_w"],
        base.storage.view(registers.RELAY_MOVES, parts.circuit_count()),
        settings["island_surge_w"],
        settings["island_surge_ms"],
        [branch for branch in branches if not branch.load] + ([main] if main else []),
    )
    base.control.outputs += (base.switched,)
