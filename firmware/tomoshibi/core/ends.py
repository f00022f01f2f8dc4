"""Faults by which a job or a way out of the node ends; see core.errors.

Imported where they are raised: a node that is well has no memory for them to take.
"""

from tomoshibi.core.errors import NodeFault


class JobStalled(NodeFault):
    """(job, late_ms): a job is `late_ms` past its deadline."""

    code = 4


class JobEnded(NodeFault):
    """(job,): a job returned; jobs run for ever."""

    code = 5


class LinkDown(NodeFault):
    """(link, reason): a way out cannot be opened; the platform's errno, or its words."""

    code = 6
