"""Checks in place of the defaults that a target cannot set. IR to IR.

PodSecurityPolicy changes a pod that leaves the field of a default unset. A target that cannot do so refuses the pod instead,
until the pod sets the field itself. A default that grants needs no check, because a pod without it has fewer rights. There
is one exception: if its own policy refuses the value, PSP would refuse the pod as well.

Source: ``pkg/security/podsecuritypolicy/provider.go`` of Kubernetes 1.24 (``MutatePod``, then ``ValidatePod``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import product

from pscc import ir
from pscc.ir.access import Scope
from pscc.ir.passes import disjunction, specialise, with_parts
from pscc.meaning.narrowing import exempt_names
from pscc.reasoning.default_conflicts import meet
from pscc.reasoning.refused_changes import plain_pods
from pscc.reference import interpreter

CONTAINER = "container"
_CONTAINERS = (ir.Each(CONTAINER, ir.Containers()),)
_ELEMENT = ir.Path("element")
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def without(policy: ir.Policy, defaults: Collection[ir.Default]) -> ir.Policy:
    """``policy`` without ``defaults``, with a check in place of each one that must be set (`must_be_set`).

    A default gets no check if a check of the policy already refuses every pod that the default would change.
    """
    kept = tuple(default for default in policy.defaults if default not in defaults)
    checks = tuple(
        # what spares a container is what came with it, not what another default has put there
        default_check(default, spares=not any(remaining.path == default.unless_in for remaining in kept))
        for default in asked_for(policy, defaults)
    )
    return replace(policy, checks=(*policy.checks, *checks), defaults=kept)


def asked_for(policy: ir.Policy, defaults: Collection[ir.Default]) -> tuple[ir.Default, ...]:
    """The defaults among ``defaults`` that `without` replaces by a check: no check of ``policy`` refuses the unset field."""
    return tuple(
        default
        for default in policy.defaults
        if default in defaults and must_be_set(policy, default) and not any(_refuses(c, default) for c in policy.checks)
    )


def must_be_set(policy: ir.Policy, default: ir.Default) -> bool:
    """Whether a pod must set the field of ``default`` itself, on a target that does not set it.

    A pod may go without a default that grants, unless ``policy`` objects to the default's value: then PSP would refuse the
    pod.
    """
    if not default.grants:
        return True
    return _refuses_value(policy, default)


def _refuses_value(policy: ir.Policy, default: ir.Default) -> bool:
    """Whether ``policy`` objects to what ``default``, its own or another's, sets."""
    return any(_objects_to(check, default, policy) for check in policy.checks)


def _objects_to(check: ir.Check, default: ir.Default, policy: ir.Policy) -> bool:
    """Whether ``check`` of ``policy`` objects to what ``default`` sets in a container that is not exempt.

    Other checks may exempt other containers, so the container is one that this check does not exempt.
    """
    compared = disjunction((default.unless, *(requirement.when for requirement in check.requirements)))
    for plain in plain_pods(compared, _not_exempt(check)):
        defaulted = interpreter.with_defaults(replace(policy, defaults=(default,)), plain)
        before, after = (tuple(_objections(check, policy, pod)) for pod in (plain, defaulted))
        if any(objection not in before for objection in after):
            return True
    return False


def _objections(
    check: ir.Check, policy: ir.Policy, pod: interpreter.Json
) -> Iterator[tuple[ir.Requirement, str, object]]:
    """Each finding of ``check`` on ``pod``: its requirement, the place in the pod, and the value there."""
    for requirement in check.requirements:
        alone = replace(policy, checks=(replace(check, requirements=(requirement,)),))
        for finding in interpreter.check(alone, pod).reasons:
            yield requirement, finding.path, finding.value


def _not_exempt(check: ir.Check) -> str:
    """A name of at most three characters that ``check`` does not exempt; ``main`` if it exempts every such name."""
    exempt = [name for name in exempt_names(check) if name.kind == "containers"]
    exact = {name.text for name in exempt if not name.starts}
    prefixes = tuple(name.prefix for name in exempt if name.starts)
    names = ("".join(letters) for length in (1, 2, 3) for letters in product(_LETTERS, repeat=length))
    return next((name for name in names if name not in exact and not name.startswith(prefixes)), "main")


def refused_beside(program: ir.Program) -> ir.Program:
    """``program`` in which a default does not count as granting if another enforcing policy refuses its value.

    All defaults are set before any check runs, so PSP refuses such a pod. A target that leaves the default out must refuse
    it, too.
    """
    members = tuple(
        (member, choice.scope) for choice in program.choices if choice.mode == "enforce" for member in choice.policies
    )

    def settled(policy: ir.Policy, within: Scope, others: tuple[tuple[ir.Policy, Scope], ...]) -> ir.Policy:
        if not any(default.grants for default in policy.defaults):
            return policy
        beside = [
            other
            for other, around in others
            if all(meet(own, its) for own in (policy.scope, within) for its in (other.scope, around))
        ]
        defaults = (
            replace(d, grants=d.grants and not any(_refuses_value(other, d) for other in beside))
            for d in policy.defaults
        )
        return replace(policy, defaults=tuple(defaults))

    plain = tuple((policy, policy.scope) for policy in program.policies if policy.mode == "enforce")
    return replace(
        program,
        policies=tuple(
            settled(
                policy, policy.scope, (*((other, scope) for other, scope in plain if other is not policy), *members)
            )
            for policy in program.policies
        ),
        choices=tuple(
            replace(choice, policies=tuple(settled(member, choice.scope, plain) for member in choice.policies))
            for choice in program.choices
        ),
    )


def refused_outside(
    choice: ir.Choice, plain: tuple[ir.Policy, ...]
) -> Iterator[tuple[ir.Policy, ir.Default, ir.Policy]]:
    """(member, default, policy) for each default of a member of ``choice`` whose value a policy of ``plain`` refuses.

    PSP chooses a member, sets its defaults, and then refuses the pod. If nothing sets the default, another member may admit
    the pod as it came.
    """
    outside = [
        policy for policy in plain if policy.mode == choice.mode == "enforce" and meet(choice.scope, policy.scope)
    ]
    for member in choice.policies:
        for default in member.defaults:
            for policy in outside:
                if meet(member.scope, policy.scope) and _refuses_value(policy, default):
                    yield member, default, policy


def choice_without(choice: ir.Choice) -> ir.Choice:
    """``choice`` without the defaults of its policies, each of them as `without` leaves it."""
    return replace(choice, policies=tuple(without(policy, policy.defaults) for policy in choice.policies))


def default_check(default: ir.Default, spares: bool = True) -> ir.Check:
    """A check that refuses the pods that ``default`` would change, and no others.

    ``spares`` is False where another default fills the list ``default.unless_in``: then no pod is exempt because of that list.
    """
    name = "".join(word[0].upper() + word[1:] for word in default.control.split("."))
    param, value = _param(default)
    label = ".".join(field for field in default.path if field not in ("spec", "securityContext"))
    shown = ir.ShowParams((param,))
    where = _own(default)
    if default.value is None:
        each: tuple[ir.Each, ...] = (ir.Each(_ELEMENT.var, param),)
        spared = (ir.In(_ELEMENT, ir.Path(CONTAINER, default.unless_in)),) if spares and default.unless_in else ()
        must = disjunction((ir.In(_ELEMENT, where), *spared, default.unless))
        text: tuple[ir.Part, ...] = (f"{label} lacks ", ir.Show(_ELEMENT), ", which is not added")
        description = f"{label} has what this policy would have added."
    else:
        each = ()
        inherited = (ir.Has(_pod(default.inherits)),) if default.inherits else ()
        must = disjunction((ir.Has(where), *inherited, default.unless))
        text = (f"{label} must be set, the default of this policy is ", shown)
        description = f"{label} is set, where this policy has a default for it."
    on_containers = default.site == "containers"
    subject: tuple[ir.Part, ...] = (
        ("container ", ir.Show(ir.Path(CONTAINER, ("name",))), ": ") if on_containers else ("pod: ",)
    )
    requirement = ir.Requirement(
        (*(_CONTAINERS if on_containers else ()), *each), must, (*subject, *text), where, name="set"
    )
    return ir.Check(
        control=default.control,
        shape=f"Default{name}{'' if spares else 'InAnyCase'}{default.left_out.word if default.left_out else ''}",
        title=f"A default for {label}",
        description=description,
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
            return ", ".join(f"{item[0]} {item[1]}" if isinstance(item, tuple) else str(item) for item in value)
        case _:
            return str(value)


# --- checks that make another one needless ---------------------------------------


def _refuses(check: ir.Check, default: ir.Default) -> bool:
    """Whether ``check`` surely refuses every pod that ``default`` would change; False where that is not certain."""
    return any(
        _at_every(requirement.each, default) and _fails(requirement, default)
        for requirement in specialise(check).requirements
    )


def _fails(requirement: ir.Requirement, default: ir.Default) -> bool:
    if default.value is None:
        listed = next((e.items for e in requirement.each if isinstance(e.items, ir.Const)), None)
        names = listed.value if listed is not None and isinstance(listed.value, tuple) else ()
        is_membership = requirement.when == ir.TRUE and isinstance(requirement.must, ir.In)
        return is_membership and requirement.must.options == _own(default) and set(default.add) <= set(names)  # type: ignore[union-attr]
    unset = (_own(default), *((_pod(default.inherits),) if default.inherits else ()))
    when, must = (_simplified(part, unset, default.unless) for part in (requirement.when, requirement.must))
    return when == ir.TRUE and must == ir.FALSE


def _at_every(each: tuple[ir.Each, ...], default: ir.Default) -> bool:
    """Whether a requirement with the steps ``each`` looks at all that ``default`` may change: every container, or the pod."""
    steps = each[: -1 if default.value is None else None]
    return steps == _CONTAINERS or (not steps and default.site == "pod")


def _simplified(condition: ir.Condition, unset: tuple[ir.Path, ...], false: ir.Condition) -> ir.Condition:
    """``condition``, simplified for pods in which the fields ``unset`` are absent and the condition ``false`` is false."""

    def absent(value: ir.Value | ir.Items) -> bool:
        match value:
            case ir.Path(var=var, fields=fields):
                return any(var == field.var and fields[: len(field.fields)] == field.fields for field in unset)
            case ir.Coalesce(options=options):
                return all(absent(option) for option in options)
            case ir.Concat(value=inner) | ir.Upper(value=inner):
                return absent(inner)
            case _:
                return False

    if condition in (false.conditions if isinstance(false, ir.Or) else (false,)):
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
            return with_parts(condition, lambda inner: _simplified(inner, unset, false))
