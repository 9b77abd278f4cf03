"""Finds defaults of two policies that conflict: the value that a pod gets would depend on which policy comes first.

No engine promises an order between policies: Kubernetes and Gatekeeper go by name, Kyverno by chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice, product

from pscc import ir
from pscc.diagnostics import Diagnostic
from pscc.ir.access import Scope
from pscc.ir.defaulting import check_reads, reads, sets_the_same


def conflicts(program: ir.Program) -> Iterator[Diagnostic]:
    """An error for each two policies of ``program`` whose defaults meet on one field in one namespace.

    Two policies of one choice never meet: only one of them is chosen. Equal defaults do not conflict, and neither do two
    that add to one list.
    """
    for earlier, later in combinations(program.policies, 2):
        yield from _between(earlier, later)
    for choice in program.choices:
        for policy in program.policies:
            for member in choice.policies:
                yield from _between(policy, member)
    for earlier_choice, later_choice in combinations(program.choices, 2):
        yield from islice(_between_choices(earlier_choice, later_choice), 1)


def _between_choices(earlier: ir.Choice, later: ir.Choice) -> Iterator[Diagnostic]:
    """An error where a member of one choice sets a field that a member of the other choice sets or reads.

    Each choice judges the pod with the defaults of its own member, and engines apply two choices in no fixed order.
    """
    for first, second in product(earlier.policies, later.policies):
        if not meet(first.scope, second.scope):
            continue
        if first.defaults and second.defaults:
            yield _both_set(first, second, later)
        for setting, reading, choice in ((first, second, later), (second, first, earlier)):
            for default in setting.defaults:
                for check in reading.checks:
                    if check_reads(check, default):
                        yield _decides(default, setting, check, reading, choice)


def _both_set(first: ir.Policy, second: ir.Policy, later: ir.Choice) -> Diagnostic:
    default, other = first.defaults[0], second.defaults[0]
    return Diagnostic(
        "SET019",
        f"{first.name} and {second.name} set defaults, each in a choice of its own, and nothing orders the two choices: "
        f"which policy of {later.name} changes the pod would be left to chance",
        other.span,
        label=f"in {second.name}",
        notes=((default.span, f"in {first.name}"),),
        help="put all of these policies into one `choose`, or set the defaults in a policy outside of both",
    )


def _decides(
    default: ir.Default, setting: ir.Policy, check: ir.Check, reading: ir.Policy, choice: ir.Choice
) -> Diagnostic:
    return Diagnostic(
        "SET019",
        f"`{default.statement}` of {setting.name} may decide whether {reading.name} of another choice, {choice.name}, admits "
        "a pod, and nothing orders the two choices",
        check.span,
        label=f"in {reading.name}",
        notes=((default.span, f"in {setting.name}"),),
        help="put all of these policies into one `choose`, or set the default in a policy outside of both",
    )


def _between(earlier: ir.Policy, later: ir.Policy) -> Iterator[Diagnostic]:
    if not (earlier.defaults and later.defaults) or not meet(earlier.scope, later.scope):
        return
    for first in earlier.defaults:
        for second in later.defaults:
            field = ".".join(first.path)
            if _alike(first, second) or (first.add and second.add and sets_the_same(first, second)):
                continue
            if sets_the_same(first, second):
                yield _error(earlier, later, first, second, f"both set {field}")
            elif _either_reads(first, second) and not (_has(later, first) and _has(earlier, second)):
                yield _error(earlier, later, first, second, "depend on each other")


def _either_reads(first: ir.Default, second: ir.Default) -> bool:
    return reads(first, second) or reads(second, first)


def _has(policy: ir.Policy, default: ir.Default) -> bool:
    return any(_alike(own, default) for own in policy.defaults)


def _alike(first: ir.Default, second: ir.Default) -> bool:
    def what(default: ir.Default) -> tuple[object, ...]:
        return (
            default.site, default.path, default.value, default.add, default.inherits, default.unless, default.unless_in,
        )  # fmt: skip

    return what(first) == what(second)


def _error(earlier: ir.Policy, later: ir.Policy, first: ir.Default, second: ir.Default, how: str) -> Diagnostic:
    return Diagnostic(
        "LNG068",
        f"the defaults of {first.control} in {earlier.name} and of {second.control} in {later.name} {how}, and both policies "
        "hold in one namespace: engines apply them in no fixed order",
        second.span,
        label=f"in {later.name}",
        notes=((first.span, f"in {earlier.name}"),),
        help="keep one of the two defaults, or give the policies different namespaces with `in namespaces`; a policy that is only "
        "there to be extended belongs in a file of its own, which this file names in a `use`",
    )


def meet(left: Scope, right: Scope) -> bool:
    """Whether a namespace may be inside both scopes."""
    names, others = left.namespaces, right.namespaces
    if not (names.prefixes or others.prefixes) and set(names.exact).isdisjoint(others.exact):
        return False  # most pairs of a large program, and programs ask about each pair
    return not _labels_exclude(left, right) and any(
        left.names(name) and right.names(name) for name in (*left.examples, *right.examples)
    )


def _labels_exclude(left: Scope, right: Scope) -> bool:
    """Whether no namespace can have the labels of both."""
    together = set(left.labels) | set(right.labels)
    without = set(left.except_labels) | set(right.except_labels)
    return len({key for key, _ in together}) < len(together) or bool(together & without)
