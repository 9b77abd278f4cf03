"""IR to IR: what every target needs to know of a check, computed once from the tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeVar, assert_never

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.walking import nodes

CONTAINER = "container"


@frozen
class Reads:
    """What a check looks at: compared between the old and the new pod to tell whether an update concerns it.

    ``pod``: paths from the pod's root, each compared whole; ``container``: paths within each container (none of them,
    with ``containers`` true, when only the list of containers matters); ``annotations``: prefixes of annotation keys
    which the container's name completes.
    """

    pod: tuple[tuple[str, ...], ...]
    container: tuple[tuple[str, ...], ...]
    annotations: tuple[str, ...]
    containers: bool


SERVICE_ACCOUNT = ("spec", "serviceAccountName")


def looked_at(check: ir.Check) -> Reads:
    """What ``check`` looks at, in the order in which it is first read."""
    found: dict[_Read, None] = {}
    walks_containers = False
    for requirement in check.requirements:
        sites = {ir.POD: ir.POD}
        for step in requirement.each:
            walks_containers |= isinstance(step.items, ir.Containers)
            found |= dict.fromkeys(_reads(step.items, sites))
            sites[step.var] = _site_of(step.items)
        found |= dict.fromkeys(_reads((requirement.when, requirement.must, requirement.about), sites))
    pod, container, annotations = (
        dict.fromkeys(path for kind, path in found if kind == site) for site in (ir.POD, CONTAINER, _ANNOTATION)
    )
    inside = tuple(path for path in _outermost(container) if path != ("name",))
    return Reads(_outermost(pod), inside, tuple(prefix for (prefix,) in annotations), walks_containers)


def _outermost(paths: dict[tuple[str, ...], None]) -> tuple[tuple[str, ...], ...]:
    """``paths`` without those below another: that one is compared whole."""
    return tuple(path for path in paths if not any(path[:length] in paths for length in range(1, len(path))))


def looked_at_by_all(checks: Iterable[ir.Check]) -> Reads:
    """What any of ``checks`` looks at."""
    every = [looked_at(check) for check in checks]
    return Reads(
        tuple(dict.fromkeys(path for reads in every for path in reads.pod)),
        tuple(dict.fromkeys(path for reads in every for path in reads.container)),
        tuple(dict.fromkeys(prefix for reads in every for prefix in reads.annotations)),
        any(reads.containers for reads in every),
    )


IMAGE = ("image",)


def rechecked_on(check: ir.Check) -> Reads:
    """What an update has to change for ``check`` to judge it: what the check looks at, the containers there are, an image.

    A pod that a policy would refuse gets no other program. Source: ``shouldIgnore`` and ``validate`` in Kubernetes 1.24
    ``plugin/pkg/admission/security/podsecuritypolicy/admission.go``; ``isSignificantPodUpdate`` in
    ``k8s.io/pod-security-admission/admission``.
    """
    return _with_images(looked_at(check))


def _with_images(reads: Reads) -> Reads:
    container = reads.container if IMAGE in reads.container else (*reads.container, IMAGE)
    return replace(reads, container=container, containers=True)


def looked_at_by_choice(choice: ir.Choice, of_workloads: bool = False) -> Reads:
    """What decides whether ``choice`` judges an update.

    ``of_workloads``: that of a workload can name another service account for its pods, a pod keeps its own.
    """
    checks = (*(check for policy in choice.policies for check in policy.checks), *choice.concerns)
    reads = _with_images(looked_at_by_all(checks))
    return replace(reads, pod=(*reads.pod, SERVICE_ACCOUNT)) if of_workloads else reads


_ANNOTATION = "annotation"
_Read = tuple[str, tuple[str, ...]]
"""A site, and a path there; of an annotation what stands before the container's name in its key."""


def _site_of(items: ir.Items) -> str:
    """The site of a variable that walks ``items``; empty where its fields are part of a list that is compared whole."""
    return CONTAINER if isinstance(items, ir.Containers) else ""


def _reads(node: object, sites: dict[str, str]) -> Iterator[_Read]:
    """Every field that is read in ``node``, whose variables are at ``sites``."""
    for read in nodes(node, ir.Path, ir.Coalesce, ir.Entry, ir.Any, ir.All):
        match read:
            case ir.Path(var=var, fields=path):
                if sites.get(var) and path:
                    yield sites[var], path
            case ir.Coalesce(options=options):
                # the whole of each, since its being set decides, whatever the field below it is
                yield from _reads(options, sites)
            case ir.Entry(map=of, key=key):
                if isinstance(key.value, ir.Path) and sites.get(key.value.var) == CONTAINER:
                    yield _ANNOTATION, (key.prefix,)
                else:
                    yield from _reads(of, sites)
            case ir.Any(var=var, items=items, where=where) | ir.All(var=var, items=items, where=where):
                yield from _reads(items, sites)
                yield from _reads(where, {**sites, var: _site_of(items)})


def display(values: tuple[ir.ParamValue, ...]) -> str:
    """The text of `ir.ShowParams` for these parameter values."""
    shown: list[str] = []
    for value in values:
        for one in value if isinstance(value, tuple) else (value,):
            match one:
                case bool():
                    shown.append("true" if one else "false")
                case ir.Range(min=low, max=high):
                    shown.append(str(low) if low == high else f"{low}-{high}")
                case ir.HostPathPrefix(path=path, read_only=read_only):
                    shown.append(f"{path} (read-only)" if read_only else path)
                case str():
                    shown.append(one)
                case _:
                    assert_never(one)
    return ", ".join(s.replace("\n", "\\n").replace("\r", "\\r") for s in shown) or "none"


def specialise(check: ir.Check) -> ir.Check:
    """``check`` with its parameters written into it, and what that makes trivially true or false folded away."""
    params = dict(check.params)
    requirements = []
    for requirement in check.requirements:
        each = tuple(ir.Each(step.var, _given(step.items, params)) for step in requirement.each)
        when = fold(requirement.when, params)
        must = fold(requirement.must, params)
        if must == ir.TRUE or when == ir.FALSE or any(s.items in (ir.Const(()), ir.Const("")) for s in each):
            continue
        message = tuple(
            display(tuple(params[p.name] for p in part.params if p.name in params))
            if isinstance(part, ir.ShowParams)
            else part
            for part in requirement.message
        )
        requirements.append(replace(requirement, each=each, when=when, must=must, message=message))
    return replace(check, requirements=tuple(requirements))


def constant(param: ir.Param, params: dict[str, ir.ParamValue]) -> ir.Const:
    """The constant that stands for ``param``; one that the statement leaves out is empty, or false."""
    if param.name in params:
        return ir.Const(params[param.name])
    if param.kind == "string":
        return ir.Const("")
    return ir.Const(False) if param.kind == "bool" else ir.Const(())


def parameters(check: ir.Check) -> tuple[ir.Param, ...]:
    """The parameters that ``check`` reads, in the order in which they are first read."""
    by_name: dict[str, ir.Param] = {}
    for param in nodes(check.requirements, ir.Param):
        by_name.setdefault(param.name, param)
    return tuple(by_name.values())


_Params = dict[str, ir.ParamValue] | None
"""The values of parameters; None leaves each parameter as it is."""
_Operand = TypeVar("_Operand", bound=ir.Value | ir.Items)


def _given(operand: _Operand, params: _Params) -> _Operand | ir.Const:
    return constant(operand, params) if isinstance(operand, ir.Param) and params is not None else operand


def _truth(holds: bool) -> ir.Condition:
    return ir.TRUE if holds else ir.FALSE


def fold(condition: ir.Condition, params: _Params = None) -> ir.Condition:
    """``condition`` with the values of its parameters in it, and what that decides folded away.

    Without ``params`` the parameters stay, and what constants decide is folded away.
    """
    match condition:
        case ir.Has(value=value):
            bound = _given(value, params)
            return ir.TRUE if isinstance(bound, ir.Const) else ir.Has(bound)
        case ir.Equals(left=left, right=right):
            first, second = _given(left, params), _given(right, params)
            if isinstance(first, ir.Const) and isinstance(second, ir.Const):
                return _truth(type(first.value) is type(second.value) and first.value == second.value)
            return ir.Equals(first, second)
        case ir.In(value=value, options=options):
            bound, among = _given(value, params), _given(options, params)
            if isinstance(among, ir.Const) and isinstance(among.value, tuple):
                if isinstance(bound, ir.Const):
                    return _truth(bound.value in among.value)
                if isinstance(bound, ir.Concat):
                    among = ir.Const(tuple(str(one) for one in among.value if str(one).startswith(bound.prefix)))
                if not among.value:
                    return ir.FALSE
            return ir.In(bound, among)
        case ir.InRanges(value=value, ranges=ranges):
            bound, within = _given(value, params), _given(ranges, params)
            if isinstance(within, ir.Param):
                return ir.InRanges(bound, within)
            bounds = within.value if isinstance(within.value, tuple) else ()
            if isinstance(bound, ir.Const):
                number = bound.value
                inside = any(isinstance(r, ir.Range) and _within(number, r) for r in bounds)
                return _truth(inside)
            return ir.InRanges(bound, within) if within.value else ir.FALSE
        case ir.StartsWithAny(value=value, patterns=patterns):
            bound, prefixes = _given(value, params), _given(patterns, params)
            if isinstance(prefixes, ir.Param):
                return ir.StartsWithAny(bound, prefixes)
            if not isinstance(prefixes.value, tuple) or not prefixes.value:
                return ir.FALSE
            if isinstance(bound, ir.Const):
                starts = tuple(str(pattern).removesuffix("*") for pattern in prefixes.value)
                return _truth(isinstance(bound.value, str) and bound.value.startswith(starts))
            return ir.StartsWithAny(bound, prefixes)
        case ir.Under(value=value, prefix=prefix):
            return ir.Under(_given(value, params), _given(prefix, params))
        case ir.SameLevel(left=left, right=right):
            return ir.SameLevel(_given(left, params), _given(right, params))
        case ir.Any(var=var, items=items, where=where, name=name):
            over, holds = _given(items, params), fold(where, params)
            return ir.FALSE if over == ir.Const(()) or holds == ir.FALSE else ir.Any(var, over, holds, name)
        case ir.All(var=var, items=items, where=where, name=name):
            over, holds = _given(items, params), fold(where, params)
            return ir.TRUE if over == ir.Const(()) or holds == ir.TRUE else ir.All(var, over, holds, name)
        case ir.And() | ir.Or() | ir.Not():
            return with_parts(condition, lambda inner: fold(inner, params))
        case _:
            assert_never(condition)


def _within(number: object, bounds: ir.Range) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and bounds.min <= number <= bounds.max


def conjunction(conditions: tuple[ir.Condition, ...]) -> ir.Condition:
    """``And`` of ``conditions``, flattened, without what is trivially true; false if one is."""
    flat: list[ir.Condition] = []
    for one in conditions:
        if one == ir.FALSE:
            return ir.FALSE
        flat.extend(one.conditions if isinstance(one, ir.And) else (one,))
    return flat[0] if len(flat) == 1 else ir.And(tuple(flat))


def disjunction(conditions: tuple[ir.Condition, ...]) -> ir.Condition:
    """``Or`` of ``conditions``, flattened, without what is trivially false; true if one is."""
    flat: list[ir.Condition] = []
    for one in conditions:
        if one == ir.TRUE:
            return ir.TRUE
        flat.extend(one.conditions if isinstance(one, ir.Or) else (one,))
    return flat[0] if len(flat) == 1 else ir.Or(tuple(flat))


def with_parts(condition: ir.Condition, change: Callable[[ir.Condition], ir.Condition]) -> ir.Condition:
    """``condition`` with ``change`` of each condition that it connects, folded; as it is where it connects none."""
    match condition:
        case ir.And(conditions=conditions):
            return conjunction(tuple(map(change, conditions)))
        case ir.Or(conditions=conditions):
            return disjunction(tuple(map(change, conditions)))
        case ir.Not(condition=inner):
            return negation(change(inner))
        case _:
            return condition


def negation(condition: ir.Condition) -> ir.Condition:
    """``Not`` of ``condition``; a double negation and the constants are resolved."""
    match condition:
        case ir.Not(condition=inner):
            return inner
        case ir.And(conditions=()):
            return ir.FALSE
        case ir.Or(conditions=()):
            return ir.TRUE
        case _:
            return ir.Not(condition)
