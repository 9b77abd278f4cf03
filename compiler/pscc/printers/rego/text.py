"""Names and constants as Rego source."""

from __future__ import annotations

import json
import re

from pscc import ir


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
    return json.dumps(_plain(value))


def _plain(value: object) -> object:
    match value:
        case ir.Range(min=low, max=high):
            return {"min": low, "max": high}
        case ir.HostPathPrefix(path=path, read_only=read_only):
            return {"pathPrefix": path, "readOnly": read_only}
        case tuple() | list():
            return [_plain(v) for v in value]
        case dict():
            return {key: _plain(v) for key, v in value.items()}
        case _:
            return value
