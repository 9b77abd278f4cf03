"""Finds defaults that their own policy refuses: the interpreter judges an empty pod with one default at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pscc import ir
from pscc.reference import interpreter
from pscc.reference.interpreter import Reason

_EMPTY_POD: interpreter.Json = {
    "metadata": {"name": "pod"},
    "spec": {"containers": [{"name": "main", "image": "app:1"}]},
}


def refused_defaults(policy: ir.Policy) -> Iterator[tuple[ir.Default, Reason]]:
    """Each default of ``policy`` that one of its checks refuses, with the first finding about it."""
    for default in policy.defaults:
        reason = next(_refusals(policy, default), None)
        if reason is not None:
            yield default, reason


def _refusals(policy: ir.Policy, default: ir.Default) -> Iterator[Reason]:
    alone = replace(policy, defaults=(default,))
    field = ".".join(default.path)
    for reason in interpreter.check(alone, interpreter.with_defaults(alone, _EMPTY_POD)).reasons:
        if reason.value is not None and field in reason.path:
            yield reason
