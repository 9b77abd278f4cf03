"""Names and constants as Rego source."""

from __future__ import annotations

import json
import re

from pscc.ir.plain import plain


def snake(name: str) -> str:
    """A CamelCase name in snake_case: ``AllowHostPorts`` is ``allow_host_ports``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).replace(".", "_").lower()


def prefix_of(shape: str) -> str:
    """The prefix of the names of a shape's rules in a package of several: ``denied_host_ports_`` for ``DenyHostPorts``.

    It does not begin with ``deny``: Conftest evaluates each rule whose name begins with ``deny``, ``violation`` or ``warn``.
    """
    return f"{re.sub('^deny(?=_)', 'denied', snake(shape))}_"


def literal(value: object) -> str:
    """A constant as Rego source. Text of a policy's source gets into Rego in no other way."""
    return json.dumps(plain(value))
