"""What a person chooses on the command line of how targets say a policy; what it means is not chosen here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Engine = Literal["rego", "cel"]


@dataclass(frozen=True, slots=True)
class Options:
    """``engine``: what Gatekeeper's templates are written in."""

    engine: Engine = "rego"


DEFAULTS = Options()
