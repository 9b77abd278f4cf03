"""Defaults of different policies that cannot both be right: what a pod gets would depend on which policy comes first.

No engine promises an order between policies: Kubernetes and Gatekeeper go by name, Kyverno by chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from pscc import ir
from pscc.diagnostics import Diagnostic
from pscc.ir.access import Scope
from pscc.ir.defaulting import reads, sets_the_same


def conflicts(program: ir.Program) -> Iterator[Diagnostic]:
    """An error for each two policies of ``program`` whose defaults meet on one field in one namespace.

    Two policies of one choice never meet: only one of them is chosen. Equal defaults do not conflict, and neither do two
    that add to one list.
    """
    for one, other in combinations(program.policies, 2):
        yield from _between(one, other)
    for choice in program.choices:
        for policy in program.policies:
            for member in choice.policies:
                yield from _between(policy, member)


def _between(one: ir.Policy, other: ir.Policy) -> Iterator[Diagnostic]:
    if not (one.defaults and other.defaults) or not meet(one.scope, other.scope):
        return
    for first in one.defaults:
        for second in other.defaults:
            field = ".".join(first.path)
            if _alike(first, second) or (first.add and second.add and sets_the_same(first, second)):
                continue
            if sets_the_same(first, second):
                yield _error(one, other, first, second, f"both set {field}")
            elif _either_reads(first, second) and not (_has(other, first) and _has(one, second)):
                yield _error(one, other, first, second, "depend on each other")


def _either_reads(first: ir.Default, second: ir.Default) -> bool:
    return reads(first, second) or reads(second, first)


def _has(policy: ir.Policy, default: ir.Default) -> bool:
    return any(_alike(one, default) for one in policy.defaults)


def _alike(one: ir.Default, other: ir.Default) -> bool:
    def what(default: ir.Default) -> tuple[object, ...]:
        return (
            default.site, default.path, default.value, default.add, default.inherits, default.unless, default.unless_in,
        )  # fmt: skip

    return what(one) == what(other)


def _error(one: ir.Policy, other: ir.Policy, first: ir.Default, second: ir.Default, how: str) -> Diagnostic:
    return Diagnostic(
        "LNG068",
        f"the defaults of {first.control} in {one.name} and of {second.control} in {other.name} {how}, and both policies "
        "hold in one namespace: engines apply them in no fixed order",
        second.span,
        label=f"in {other.name}",
        notes=((first.span, f"in {one.name}"),),
        help="keep one of the two defaults, or give the policies different namespaces with `in namespaces`; a policy that is only "
        "there to be extended belongs in a file of its own, which this file names in a `use`",
    )


def meet(one: Scope, other: Scope) -> bool:
    """Whether a namespace may be inside both scopes."""
    names, others = one.namespaces, other.namespaces
    if not (names.prefixes or others.prefixes) and set(names.exact).isdisjoint(others.exact):
        return False  # most pairs of a large program, and programs ask about each pair
    return not _labels_exclude(one, other) and any(
        _inside(one, name) and _inside(other, name) for name in (*_examples(one), *_examples(other))
    )


_FRESH = "\0"
"""No namespace has it in its name, so a prefix with it behind is like no name that a scope lists."""


def _examples(scope: Scope) -> Iterator[str]:
    """Names of which one is inside this scope and another if any is: each listed name, and one of each prefix."""
    yield from scope.namespaces.exact
    yield from (f"{prefix}{_FRESH}" for prefix in scope.namespaces.prefixes)


def _inside(scope: Scope, name: str) -> bool:
    return name in scope.namespaces and name not in scope.except_namespaces


def _labels_exclude(one: Scope, other: Scope) -> bool:
    """Whether no namespace can have the labels of both."""
    wanted = set(one.labels) | set(other.labels)
    without = set(one.except_labels) | set(other.except_labels)
    return len({key for key, _ in wanted}) < len(wanted) or bool(wanted & without)
