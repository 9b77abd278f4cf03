"""The control ``imagePullPolicy``: one of three words, of containers."""

from __future__ import annotations

from pscc.controls._base import Control
from pscc.controls._shapes import CONTAINER, CONTAINERS, field_probes, no_psp_statements, value_shapes
from pscc.controls._values import Words
from pscc.ir import Path

FIELD = "imagePullPolicy"

CONTROL = Control(
    id=FIELD,
    title="When images are pulled",
    intent="An image that is not pulled runs as it lies on the node, whoever may use it.",
    values=Words("when an image is pulled", known=("Always", "IfNotPresent", "Never")),
    shapes=value_shapes(FIELD, "words", Path("container", (FIELD,)), CONTAINERS, CONTAINER),
    psp_fields=(),
    psp=no_psp_statements,
    probes=field_probes(FIELD, (FIELD,), "containers", numbers=False),
    example="deny imagePullPolicy Never",
)
