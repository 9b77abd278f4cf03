"""Passes over the IR: the fields that a check reads, a check with its parameters put in, conditions folded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeVar, assert_never

from pscc import ir
from pscc.base.frozen import frozen
from pscc.base.remembering import remembered
from pscc.ir.access import EVERYWHERE
from pscc.ir.walking import nodes

CONTAINER = "container"


def everywhere(policy: ir.Policy) -> ir.Policy:
    """``policy`` in every namespace, without its exemptions: what it says about pods, whoever asks for them and where."""
    return replace(policy, scope=EVERYWHERE, exemptions=())


@frozen
class Reads:
    """The fields that a check reads. An update that changes none of them does not concern the check.

    - ``pod``: paths from the pod's root, each compared whole.
    - ``container``: paths within each container.
    - ``annotations``: prefixes of annotation keys, which the container's name completes.
    - ``containers``: whether the list of containers itself counts; with no paths, nothing else of it does.
    """

    pod: tuple[tuple[str, ...], ...]
    container: tuple[tuple[str, ...], ...]
    annotations: tuple[str, ...]
    containers: bool


SERVICE_ACCOUNT = ("spec", "serviceAccountName")


def reads_of(check: ir.Check) -> Reads:
    """The fields that ``check`` reads, in the order in which they are first read."""
    reads: dict[_Read, None] = {}
    walks_containers = False
    for requirement in check.requirements:
        sites = {ir.POD: ir.POD}
        for step in requirement.each:
            walks_containers |= isinstance(step.items, ir.Containers)
            reads |= dict.fromkeys(_reads(step.items, sites))
            sites[step.var] = _site_of(step.items)
        reads |= dict.fromkeys(_reads((requirement.when, requirement.must, requirement.about), sites))
    pod, container, annotations = (
        dict.fromkeys(path for read_site, path in reads if read_site == site)
        for site in (ir.POD, CONTAINER, _ANNOTATION)
    )
    inside = tuple(path for path in _outermost(container) if path != ("name",))
    return Reads(_outermost(pod), inside, tuple(prefix for (prefix,) in annotations), walks_containers)


def _outermost(paths: dict[tuple[str, ...], None]) -> tuple[tuple[str, ...], ...]:
    """``paths`` without those that lie below another one, which is compared whole."""
    return tuple(path for path in paths if not any(path[:length] in paths for length in range(1, len(path))))


def reads_of_all(checks: Iterable[ir.Check]) -> Reads:
    """The fields that any of ``checks`` reads."""
    every = [reads_of(check) for check in checks]
    return Reads(
        tuple(dict.fromkeys(path for reads in every for path in reads.pod)),
        tuple(dict.fromkeys(path for reads in every for path in reads.container)),
        tuple(dict.fromkeys(prefix for reads in every for prefix in reads.annotations)),
        any(reads.containers for reads in every),
    )


IMAGE = ("image",)


def rechecked_on(check: ir.Check, exempt: bool) -> Reads:
    """The fields that ``check`` looks at on updates: an update is judged if it changes one of them.

    They are the fields that the check reads, the list of containers, and every image. So a pod that the policy would refuse
    cannot get another program. With ``exempt``, the policy exempts requests. Then the service account counts as well, because
    an update of a workload can change it to one that is not exempt. Source: ``shouldIgnore`` and ``validate`` in Kubernetes
    1.24 ``plugin/pkg/admission/security/podsecuritypolicy/admission.go``; ``isSignificantPodUpdate`` in
    ``k8s.io/pod-security-admission/admission``.
    """
    reads = _with_images(reads_of(check))
    return _with_account(reads) if exempt else reads


def _with_account(reads: Reads) -> Reads:
    return replace(reads, pod=(*reads.pod, SERVICE_ACCOUNT))


def _with_images(reads: Reads) -> Reads:
    container = reads.container if IMAGE in reads.container else (*reads.container, IMAGE)
    return replace(reads, container=container, containers=True)


def reads_of_choice(choice: ir.Choice, of_workloads: bool = False) -> Reads:
    """The fields that an update has to change for ``choice`` to judge it.

    With ``of_workloads`` it is an update of a workload. It can name another service account, which a pod never does.
    """
    checks = (*(check for policy in choice.policies for check in policy.checks), *choice.concerns)
    reads = _with_images(reads_of_all(checks))
    return _with_account(reads) if of_workloads else reads


_ANNOTATION = "annotation"
_Read = tuple[str, tuple[str, ...]]
"""A site, and a path there; for an annotation, the part of its key before the container's name."""


def _site_of(items: ir.Items) -> str:
    """The site of a variable that walks ``items``; empty where its fields are part of a list that is compared whole."""
    return CONTAINER if isinstance(items, ir.Containers) else ""


def _reads(node: object, sites: dict[str, str]) -> Iterator[_Read]:
    """Every field that ``node`` reads. ``sites`` has the site of each variable."""
    for read in nodes(node, ir.Path, ir.Coalesce, ir.Entry, ir.Any, ir.All):
        match read:
            case ir.Path(var=var, fields=path):
                if sites.get(var) and path:
                    yield sites[var], path
            case ir.Coalesce(options=options):
                # each as a whole: whether it is set decides, whatever the field below it is
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
        for constant_value in value if isinstance(value, tuple) else (value,):
            match constant_value:
                case bool():
                    shown.append("true" if constant_value else "false")
                case ir.Range(min=low, max=high):
                    shown.append(str(low) if low == high else f"{low}-{high}")
                case ir.HostPathPrefix(path=path, read_only=read_only):
                    shown.append(f"{path} (read-only)" if read_only else path)
                case str():
                    shown.append(constant_value)
                case _:
                    assert_never(constant_value)
    return ", ".join(s.replace("\n", "\\n").replace("\r", "\\r") for s in shown) or "none"


@remembered
def specialise(check: ir.Check) -> ir.Check:
    """``check`` with the values of its parameters put in. Conditions that these decide are folded away."""
    params = dict(check.params)
    requirements = []
    for requirement in check.requirements:
        each = tuple(ir.Each(step.var, _substituted(step.items, params)) for step in requirement.each)
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


def _substituted(operand: _Operand, params: _Params) -> _Operand | ir.Const:
    return constant(operand, params) if isinstance(operand, ir.Param) and params is not None else operand


def _truth(holds: bool) -> ir.Condition:
    return ir.TRUE if holds else ir.FALSE


def fold(condition: ir.Condition, params: _Params = None) -> ir.Condition:
    """``condition`` with the values of its parameters put in. Parts that constants decide are folded away.

    Without ``params`` the parameters stay.
    """
    match condition:
        case ir.Has(value=value):
            bound = _substituted(value, params)
            return ir.TRUE if isinstance(bound, ir.Const) else ir.Has(bound)
        case ir.Equals(left=left, right=right):
            first, second = _substituted(left, params), _substituted(right, params)
            if isinstance(first, ir.Const) and isinstance(second, ir.Const):
                return _truth(type(first.value) is type(second.value) and first.value == second.value)
            return ir.Equals(first, second)
        case ir.In(value=value, options=options):
            bound, among = _substituted(value, params), _substituted(options, params)
            if isinstance(among, ir.Const) and isinstance(among.value, tuple):
                if isinstance(bound, ir.Const):
                    return _truth(bound.value in among.value)
                if isinstance(bound, ir.Concat):
                    among = ir.Const(
                        tuple(str(option) for option in among.value if str(option).startswith(bound.prefix))
                    )
                if not among.value:
                    return ir.FALSE
            return ir.In(bound, among)
        case ir.InRanges(value=value, ranges=ranges):
            bound, within = _substituted(value, params), _substituted(ranges, params)
            if isinstance(within, ir.Param):
                return ir.InRanges(bound, within)
            bounds = within.value if isinstance(within.value, tuple) else ()
            if isinstance(bound, ir.Const):
                number = bound.value
                inside = any(isinstance(r, ir.Range) and _within(number, r) for r in bounds)
                return _truth(inside)
            return ir.InRanges(bound, within) if within.value else ir.FALSE
        case ir.StartsWithAny(value=value, patterns=patterns):
            bound, prefixes = _substituted(value, params), _substituted(patterns, params)
            if isinstance(prefixes, ir.Param):
                return ir.StartsWithAny(bound, prefixes)
            if not isinstance(prefixes.value, tuple) or not prefixes.value:
                return ir.FALSE
            if isinstance(bound, ir.Const):
                starts = tuple(str(pattern).removesuffix("*") for pattern in prefixes.value)
                return _truth(isinstance(bound.value, str) and bound.value.startswith(starts))
            return ir.StartsWithAny(bound, prefixes)
        case ir.Under(value=value, prefix=prefix):
            return ir.Under(_substituted(value, params), _substituted(prefix, params))
        case ir.SameLevel(left=left, right=right):
            level, other = _substituted(left, params), _substituted(right, params)
            return ir.TRUE if isinstance(level, ir.Const) and level == other else ir.SameLevel(level, other)
        case ir.Any(var=var, items=items, where=where, name=name):
            over, holds = _substituted(items, params), fold(where, params)
            return ir.FALSE if over == ir.Const(()) or holds == ir.FALSE else ir.Any(var, over, holds, name)
        case ir.All(var=var, items=items, where=where, name=name):
            over, holds = _substituted(items, params), fold(where, params)
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
    for condition in conditions:
        if condition == ir.FALSE:
            return ir.FALSE
        flat.extend(condition.conditions if isinstance(condition, ir.And) else (condition,))
    return flat[0] if len(flat) == 1 else ir.And(tuple(flat))


def disjunction(conditions: tuple[ir.Condition, ...]) -> ir.Condition:
    """``Or`` of ``conditions``, flattened, without what is trivially false; true if one is."""
    flat: list[ir.Condition] = []
    for condition in conditions:
        if condition == ir.TRUE:
            return ir.TRUE
        flat.extend(condition.conditions if isinstance(condition, ir.Or) else (condition,))
    return flat[0] if len(flat) == 1 else ir.Or(tuple(flat))


def with_parts(condition: ir.Condition, change: Callable[[ir.Condition], ir.Condition]) -> ir.Condition:
    """``condition`` with each condition that it connects replaced by ``change``, folded; itself where it connects none."""
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
