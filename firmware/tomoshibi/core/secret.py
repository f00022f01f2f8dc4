"""A text that goes where it is needed and nowhere else."""


class Secret:
    """Shows itself as "(secret)", whoever prints it: on the console, in an event, in JSON."""

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one who must have it."""
        return self._text

    def __str__(self) -> str:
        return "(secret)"

    def __repr__(self) -> str:
        # With its quotes, as MicroPython's JSON takes an object for what it shows itself as.
        return '"(secret)"'
