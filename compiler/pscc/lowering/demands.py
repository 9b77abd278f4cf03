"""What a pod is asked for where a target cannot set a default: the field itself. IR to IR.

PodSecurityPolicy would have changed the pod; without that it has to come as PSP would have left it. A default that grants
asks for nothing, and pods go without; unless what it sets is refused by its own policy.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import product

from pscc import ir
from pscc.ir.passes import disjunction, specialise, with_parts
from pscc.meaning.narrowing import EXEMPTING
from pscc.reasoning.default_conflicts import meet
from pscc.reference import oracle

CONTAINER = "container"
_CONTAINERS = (ir.Each(CONTAINER, ir.Containers()),)
_ELEMENT = ir.Path("element")
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
(_EXEMPT, _STARTING), *_ = (names for kind, *names in EXEMPTING if kind == "containers")
"""The parameters that hold the names of exempt containers, and their beginnings."""


def without(policy: ir.Policy, defaults: Collection[ir.Default]) -> ir.Policy:
    """``policy`` where ``defaults`` are not set: a check that the pod does so itself stands for each that isolates.

    None is made where a check of the policy refuses every such pod already.
    """
    kept = tuple(default for default in policy.defaults if default not in defaults)
    demands = tuple(
        # what spares a container is what came with it, not what another default has put there
        demand(default, spares=not any(one.path == default.unless_in for one in kept))
        for default in policy.defaults
        if default in defaults and demanded(policy, default) and not any(_refuses(c, default) for c in policy.checks)
    )
    return replace(policy, checks=(*policy.checks, *demands), defaults=kept)


def demanded(policy: ir.Policy, default: ir.Default) -> bool:
    """Whether pods are refused until they set it themselves, where ``default`` of ``policy`` is not set."""
    if not default.grants:
        return True
    plain: oracle.Json = {"spec": {"containers": [{"name": _not_exempt(policy.checks)}]}}
    only = replace(policy, defaults=(default,))
    before, after = (oracle.check(policy, pod).reasons for pod in (plain, oracle.with_defaults(only, plain)))
    return not {(r.shape, r.message) for r in after} <= {(r.shape, r.message) for r in before}


def _not_exempt(checks: tuple[ir.Check, ...]) -> str:
    """A container's name that no check of ``checks`` exempts, as far as names of three characters go."""
    params = [(name, value) for check in checks for name, value in check.params]
    exact = {one for name, value in params if name == _EXEMPT for one in _strings(value)}
    prefixes = tuple(one.removesuffix("*") for name, value in params if name == _STARTING for one in _strings(value))
    names = ("".join(letters) for length in (1, 2, 3) for letters in product(_LETTERS, repeat=length))
    return next((one for one in names if one not in exact and not one.startswith(prefixes)), "main")


def _strings(value: ir.ParamValue) -> Iterator[str]:
    if isinstance(value, tuple):
        yield from (one for one in value if isinstance(one, str))


def refused_beside(program: ir.Program) -> ir.Program:
    """``program`` where no default counts as granting whose value another policy refuses in one of its namespaces.

    PSP's order sets it first, so such a pod is refused: it must not get in where a target leaves the default out.
    """
    members = tuple(policy for choice in program.choices for policy in choice.policies)

    def settled(policy: ir.Policy, others: tuple[ir.Policy, ...]) -> ir.Policy:
        if not any(default.grants for default in policy.defaults):
            return policy
        beside = tuple(check for one in others if meet(policy.scope, one.scope) for check in one.checks)
        among = replace(policy, checks=beside)
        return replace(
            policy, defaults=tuple(replace(d, grants=d.grants and not demanded(among, d)) for d in policy.defaults)
        )

    plain = program.policies
    return replace(
        program,
        policies=tuple(settled(p, (*(other for other in plain if other is not p), *members)) for p in plain),
        choices=tuple(replace(c, policies=tuple(settled(m, plain) for m in c.policies)) for c in program.choices),
    )


def choice_without(choice: ir.Choice) -> ir.Choice:
    """``choice`` where no default of any policy is set."""
    return replace(choice, policies=tuple(without(policy, policy.defaults) for policy in choice.policies))


def demand(default: ir.Default, spares: bool = True) -> ir.Check:
    """The check that every pod which ``default`` would change fails, and no other pod.

    Without ``spares`` it fails pods too which the default leaves out for what is in another list.
    """
    name = "".join(word[0].upper() + word[1:] for word in default.control.split("."))
    param, value = _param(default)
    label = ".".join(field for field in default.path if field not in ("spec", "securityContext"))
    shown = ir.ShowParams((param,))
    where = _own(default)
    if default.value is None:
        each: tuple[ir.Each, ...] = (ir.Each(_ELEMENT.var, param),)
        spared = (ir.In(_ELEMENT, ir.Path(CONTAINER, default.unless_in)),) if spares and default.unless_in else ()
        must = disjunction((ir.In(_ELEMENT, where), *spared))
        text: tuple[ir.Part, ...] = (f"{label} lacks ", ir.Show(_ELEMENT), ", which is not added")
        says = f"{label} has what this policy would have added."
    else:
        each = ()
        inherited = (ir.Has(_pod(default.inherits)),) if default.inherits else ()
        must = disjunction((ir.Has(where), *inherited, default.unless))
        text = (f"{label} must be set, the default of this policy is ", shown)
        says = f"{label} is set, where this policy has a default for it."
    on_containers = default.site == "containers"
    subject: tuple[ir.Part, ...] = (
        ("container ", ir.Show(ir.Path(CONTAINER, ("name",))), ": ") if on_containers else ("pod: ",)
    )
    requirement = ir.Requirement(
        (*(_CONTAINERS if on_containers else ()), *each), must, (*subject, *text), where, name="set"
    )
    return ir.Check(
        control=default.control,
        shape=f"Default{name}{'' if spares else 'InAnyCase'}",
        title=f"A default for {label}",
        description=says,
        requirements=(requirement,),
        params=((param.name, value),),
        span=default.span,
        statement=default.statement,
        intent="Nothing sets this default here, so pods have to come with what it would have set.",
    )


def _own(default: ir.Default) -> ir.Path:
    return ir.Path(CONTAINER if default.site == "containers" else ir.POD, default.path)


def _pod(path: tuple[str, ...]) -> ir.Path:
    return ir.Path(ir.POD, path)


def _param(default: ir.Default) -> tuple[ir.Param, ir.ParamValue]:
    if default.value is None:
        return ir.Param("values", "strings"), default.add
    return ir.Param("default", "string"), _shown(default.value)


def _shown(value: ir.DefaultValue) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case tuple():
            return ", ".join(f"{one[0]} {one[1]}" if isinstance(one, tuple) else str(one) for one in value)
        case _:
            return str(value)


# --- what is asked for already --------------------------------------------------


def _refuses(check: ir.Check, default: ir.Default) -> bool:
    """Whether ``check`` refuses every pod that ``default`` would change, as far as that shows."""
    return any(_at_every(one.each, default) and _fails(one, default) for one in specialise(check).requirements)


def _fails(requirement: ir.Requirement, default: ir.Default) -> bool:
    if default.value is None:
        listed = next((e.items for e in requirement.each if isinstance(e.items, ir.Const)), None)
        names = listed.value if listed is not None and isinstance(listed.value, tuple) else ()
        asked = requirement.when == ir.TRUE and isinstance(requirement.must, ir.In)
        return asked and requirement.must.options == _own(default) and set(default.add) <= set(names)  # type: ignore[union-attr]
    unset = (_own(default), *((_pod(default.inherits),) if default.inherits else ()))
    when, must = (_known(one, unset, default.unless) for one in (requirement.when, requirement.must))
    return when == ir.TRUE and must == ir.FALSE


def _at_every(each: tuple[ir.Each, ...], default: ir.Default) -> bool:
    """Whether the requirement is about each container, or about the pod as such."""
    steps = each[: -1 if default.value is None else None]
    return steps == _CONTAINERS or (not steps and default.site == "pod")


def _known(condition: ir.Condition, unset: tuple[ir.Path, ...], false: ir.Condition) -> ir.Condition:
    """``condition`` where nothing is below ``unset`` and ``false`` does not hold, as far as that decides it."""

    def absent(value: ir.Value | ir.Items) -> bool:
        match value:
            case ir.Path(var=var, fields=fields):
                return any(var == one.var and fields[: len(one.fields)] == one.fields for one in unset)
            case ir.Coalesce(options=options):
                return all(absent(option) for option in options)
            case ir.Concat(value=inner):
                return absent(inner)
            case _:
                return False

    if condition == false:
        return ir.FALSE
    match condition:
        case ir.Has(value=value) | ir.In(value=value) | ir.InRanges(value=value) | ir.StartsWithAny(value=value):
            return ir.FALSE if absent(value) else condition
        case ir.Equals(left=left, right=right):
            return ir.FALSE if absent(left) or absent(right) else condition
        case ir.SameLevel(left=left, right=ir.Const(value=wanted)):
            return ir.FALSE if absent(left) and wanted else condition
        case ir.Any(items=items):
            return ir.FALSE if absent(items) else condition
        case _:
            return with_parts(condition, lambda inner: _known(inner, unset, false))
