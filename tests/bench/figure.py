"""What a run measures."""

from __future__ import annotations

import math

from pscc.base.frozen import frozen


@frozen
class Figure:
    """A measured ``value``. A run fails beyond ``limit``, which is generous; ``aim`` is what it shall be in the end."""

    what: str
    value: float
    limit: float = math.inf
    aim: str = ""
    at_least: bool = False

    @property
    def fails(self) -> bool:
        """Whether the value is beyond the limit."""
        return self.value < self.limit if self.at_least else self.value > self.limit
