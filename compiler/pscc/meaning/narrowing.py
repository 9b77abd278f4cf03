"""Narrows a check to some pods or containers, whatever its control: ``unless``, and exempt containers.

Both become conditions of the check's requirements, so printers and targets need not know them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Literal, NamedTuple

from pscc import ir
from pscc.base.frozen import frozen
from pscc.controls import CONTROLS
from pscc.controls._base import Probe
from pscc.diagnostics import Diagnostic, Report
from pscc.diagnostics.spelling import did_you_mean, respelled
from pscc.ir.access import ContainerExemption
from pscc.ir.passes import disjunction
from pscc.ir.walking import nodes
from pscc.language import ast
from pscc.meaning.scoping import glob, names_of
from pscc.meaning.unknown import unknown_control


@frozen
class Field:
    """A field that ``unless`` can name: its ``path``, and for each word the value, and its part of a shape's name.

    The API server takes no third value. ``unset`` is the word for the value that it takes for the field where it is left out;
    empty where unset is neither.
    """

    path: tuple[str, ...]
    values: Mapping[str, tuple[ir.Scalar, str]]
    description: str
    unset: str = ""

    def equals(self, value: ir.Scalar) -> ir.Equals:
        """A pod sets the field to ``value``."""
        return ir.Equals(ir.Path(ir.POD, self.path), ir.Const(value))

    def fragment(self, value: ir.Scalar) -> Mapping[str, object]:
        """A pod's fragment in which the field is ``value``."""
        nested: object = value
        for name in reversed(self.path):
            nested = {name: nested}
        assert isinstance(nested, dict)
        return nested


FIELDS: Mapping[str, Field] = {
    "os.name": Field(
        ("spec", "os", "name"),
        {"windows": ("windows", "Windows"), "linux": ("linux", "Linux")},
        "the operating system that the pod says it is for",
    ),
    "hostUsers": Field(
        ("spec", "hostUsers"),
        {"false": (False, "OwnUsers"), "true": (True, "HostUsers")},
        "false: the pod has a user namespace of its own, and its root is nobody on the node",
    ),
    "hostNetwork": Field(
        ("spec", "hostNetwork"),
        {"true": (True, "HostNetwork"), "false": (False, "OwnNetwork")},
        "true: the pod is in the network of the node",
        "false",
    ),
}


def left_out(tail: ast.Unless, report: Report) -> ir.LeftOut | None:
    """The pods that ``tail`` leaves out. None where it names a field or value that cannot be; errors go to ``report``.

    A negated condition is true where the field has the other value. A pod that does not set the field is judged, but where
    the API server takes the other value for it (`Field.unset`).
    """
    known = [condition for condition in tail.conditions if _is_known(condition, report)]
    fields = [condition.field.text for condition in known]
    for number, condition in enumerate(known):
        if condition.field.text in fields[:number]:
            help = "keep one of the two conditions, or write a policy for each case"
            message = f"`unless` names `{condition.field.text}` twice"
            report.add(Diagnostic("LNG043", message, condition.span, help=help))
    if len(set(fields)) < len(tail.conditions):
        return None
    known.sort(key=lambda condition: list(FIELDS).index(condition.field.text))
    first, *others = map(_condition, known)
    joined = ir.And((first, *others)) if tail.joined == "and" else ir.Or((first, *others))
    word = tail.joined.capitalize().join(
        FIELDS[condition.field.text].values[_meant(condition)][1] for condition in known
    )
    text = f" {tail.joined} ".join(f"{condition.field.text} is {_meant(condition)}" for condition in known)
    return ir.LeftOut(joined if others else first, f"Unless{word}", f"whose {text}")


def unless(check: ir.Check, pods: ir.LeftOut) -> ir.Check:
    """``check`` for all pods but ``pods``."""
    applies = ir.Not(pods.condition)
    requirements = tuple(replace(r, when=_both(applies, r.when)) for r in check.requirements)
    description = f"{check.description} Pods {pods.text} are left out."
    shape = f"{check.shape}{pods.word}"
    return replace(check, shape=shape, description=description, requirements=requirements, left_out=pods)


def default_unless(default: ir.Default, pods: ir.LeftOut) -> ir.Default:
    """``default`` for all pods but ``pods``."""
    return replace(default, unless=disjunction((default.unless, pods.condition)), left_out=pods)


def _is_known(condition: ast.PodCondition, report: Report) -> bool:
    """Whether there are the field and the value of a condition; an error where there are not."""
    negated = condition.field.text.startswith("!") or condition.field.text == "not" or condition.value.key == "!"
    if negated or condition.value.key or condition.value.qualifier:
        help = (
            f"write `{condition.field.text.lstrip('!')} not {condition.value.text}`"
            if negated
            else f"it takes {_forms()}"
        )
        if condition.field.text == "not":
            help = "write the field first, as in `os.name not windows`"
        report.add(Diagnostic("LNG043", "a condition is `FIELD VALUE` or `FIELD not VALUE`", condition.span, help=help))
        return False
    field = FIELDS.get(condition.field.text)
    if field is None:
        suggestion = did_you_mean(condition.field.text, FIELDS)
        help = f"did you mean `{suggestion}`?" if suggestion else f"it takes {_forms()}"
        fixes = respelled(condition.field.span, condition.field.text, suggestion, FIELDS)
        message = f"`unless` does not know `{condition.field.text}`"
        report.add(Diagnostic("LNG043", message, condition.field.span, help=help, fixes=fixes))
        return False
    if condition.value.text not in field.values or condition.value.quoted:
        message = f"`{condition.value.text}` is no value of `{condition.field.text}`"
        help = "it takes " + " or ".join(f"`{condition.field.text} {value}`" for value in field.values)
        report.add(Diagnostic("LNG043", message, condition.value.span, help=help))
        return False
    return True


def _meant(condition: ast.PodCondition) -> str:
    """The word for the value of a condition: of a negated one the field's other value."""
    (other,) = (word for word in FIELDS[condition.field.text].values if word != condition.value.text)
    return other if condition.negated else condition.value.text


def _condition(condition: ast.PodCondition) -> ir.Condition:
    field, meant = FIELDS[condition.field.text], _meant(condition)
    if meant != field.unset:
        return field.equals(field.values[meant][0])
    (other,) = (value for word, (value, _) in field.values.items() if word != meant)
    return ir.Not(field.equals(other))


def _forms() -> str:
    return ", ".join(f"`unless {name} {value}`" for name, field in FIELDS.items() for value in field.values)


def _both(first: ir.Condition, second: ir.Condition) -> ir.Condition:
    return first if second == ir.TRUE else ir.And((first, second))


_NAME = ir.Path("container", ("name",))
_IMAGE = ir.Path("container", ("image",))
ContainerKind = Literal["containers", "images"]
_EXEMPT: tuple[tuple[ContainerKind, str, str, ir.Path], ...] = (
    ("containers", "exemptContainers", "exemptContainersStarting", _NAME),
    ("images", "exemptImages", "exemptImagesStarting", _IMAGE),
)
"""For each kind of exemption of containers: the parameter with the names, the one with the patterns, and what they match."""
EXEMPT_PARAMS = frozenset(name for _, exact, starting, _ in _EXEMPT for name in (exact, starting))
"""The parameters of a check that hold exemptions of containers."""
CONTAINER_KINDS: tuple[ContainerKind, ...] = tuple(kind for kind, *_ in _EXEMPT)
"""The kinds of exemption that are about containers."""


class ExemptName(NamedTuple):
    """A name from which a check exempts: ``text``, or with ``starts`` every name that begins as ``text`` up to its ``*``."""

    kind: ContainerKind
    text: str
    starts: bool

    @property
    def prefix(self) -> str:
        """``text`` without its ``*``."""
        return self.text.removesuffix("*") if self.starts else self.text


def exempt_names(check: ir.Check) -> Iterator[ExemptName]:
    """The names and images of containers that are exempt from ``check``, read from its parameters, kind by kind."""
    params = dict(check.params)
    for kind, exact, starting, _ in _EXEMPT:
        for name in (exact, starting):
            values = params.get(name)
            for value in values if isinstance(values, tuple) else ():
                yield ExemptName(kind, str(value), starts=name == starting)


def exempting(check: ir.Check, exemptions: tuple[ast.Exemption, ...]) -> ir.Check:
    """``check`` for those containers only that ``exemptions`` do not name; unchanged where none is about its control."""
    params: dict[str, dict[str, None]] = {}
    conditions: list[ir.Condition] = []
    about = [e for e in exemptions if not e.controls or check.control in {name.text for name in e.controls}]
    for kind, exact, starting, value in _EXEMPT:
        for exemption in about:
            for written in (v for e in exemption.exempted if e.kind == kind for v in e.values):
                params.setdefault(starting if glob(written) else exact, {})[written.text] = None
        conditions.append(ir.In(value, ir.Param(exact, "strings")))
        conditions.append(ir.StartsWithAny(value, ir.Param(starting, "strings")))
    if not params or not looks_at_containers(check):
        return check
    applies = ir.Not(ir.Or(tuple(conditions)))
    requirements = tuple(replace(r, when=_both(applies, r.when)) if _walks(r) else r for r in check.requirements)
    return replace(
        check,
        shape=f"{check.shape}Exempting",
        description=f"{check.description} Exempt containers are not looked at.",
        requirements=requirements,
        params=(*check.params, *((name, tuple(values)) for name, values in params.items())),
        exemptions=tuple(_for_review(exemption) for exemption in about if _of_containers(exemption)),
    )


def _of_containers(exemption: ast.Exemption) -> bool:
    return any(exempted.kind in CONTAINER_KINDS for exempted in exemption.exempted)


def _for_review(exemption: ast.Exemption) -> ContainerExemption:
    containers, images = (
        names_of(tuple(value for exempted in exemption.exempted if exempted.kind == kind for value in exempted.values))
        for kind in CONTAINER_KINDS
    )
    until = exemption.until.text if exemption.until else ""
    return ContainerExemption(containers, images, exemption.because, exemption.span, until)


def _walks(requirement: ir.Requirement) -> bool:
    return any(step.var == "container" and isinstance(step.items, ir.Containers) for step in requirement.each)


def looks_at_containers(check: ir.Check) -> bool:
    """Whether a container can be exempt from ``check``: whether a requirement goes through the containers."""
    return any(_walks(requirement) for requirement in check.requirements)


def probes(check: ir.Check, plain: Iterable[Probe]) -> Iterator[Probe]:
    """The probes ``plain`` of the check's control, and the same probes again on pods and containers that are exempt."""
    listed = tuple(plain)
    yield from listed
    for label, fragment in _left_out(check):
        for probe in listed:
            yield replace(probe, label=f"{probe.label}-{label}", pod=_merged(probe.pod, fragment))
    params = dict(check.params)
    for kind, exact, starting, _ in _EXEMPT:
        for name in (exact, starting):
            values = params.get(name)
            if isinstance(values, tuple) and values:
                text = str(values[0]).replace("*", "x")
                fragment = {"name" if kind == "containers" else "image": text}
                for probe in listed:
                    if probe.container is not None:
                        label = f"{probe.label}-exempt-{kind.removesuffix('s')}"
                        yield replace(probe, label=label, container={**probe.container, **fragment})


def _left_out(check: ir.Check) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Fragments of pods around what the ``unless`` of ``check`` leaves out, each with a label; none where it has none.

    One condition is tried with its value. Several, or one that holds where its field is unset, with each value, alone and
    beside others.
    """
    if check.left_out is None:
        return
    compared = tuple(nodes(check.left_out.condition, ir.Equals))
    asked = [
        field for field in FIELDS.values() if any(field.equals(value) in compared for value, _ in field.values.values())
    ]
    for field in asked:
        for value, word in field.values.values():
            if check.left_out.condition == field.equals(value):
                yield word.lower(), field.fragment(value)
                return
    for chosen in product(*((None, *field.values.values()) for field in asked)):
        fragment: Mapping[str, object] = {}
        for field, valued in zip(asked, chosen, strict=True):
            fragment = fragment if valued is None else _merged(fragment, field.fragment(valued[0]))
        if fragment:
            yield "-".join(valued[1].lower() for valued in chosen if valued is not None), fragment


def _merged(first: object, second: object) -> Mapping[str, object]:
    merged = dict(first) if isinstance(first, Mapping) else {}
    for key, value in dict(second).items() if isinstance(second, Mapping) else ():
        merged[key] = _merged(merged.get(key), value) if isinstance(value, Mapping) else value
    return merged


def check_exempt_controls(policy: ast.Policy, checks: list[ir.Check], report: Report) -> None:
    """A diagnostic for each control after ``from`` that is unknown, unchecked by the policy, or not about containers."""
    known = {control.id for control in CONTROLS}
    by_control = {check.control: check for check in checks}
    for exemption in policy.exemptions:
        for name in exemption.controls:
            check = by_control.get(name.text)
            if name.text not in known:
                unknown_control(name, report)
            elif check is None:
                message = f"this policy says nothing about {name.text}: there is nothing to be exempt from"
                report.add(Diagnostic("LNG045", message, name.span, "warning", help="take it out of the `from`"))
            elif not looks_at_containers(check) and all(e.kind in CONTAINER_KINDS for e in exemption.exempted):
                message = f"{name.text} is about the pod: no container can be exempt from it"
                help = "exempt the service account that creates such pods, in a policy of its own"
                report.add(Diagnostic("LNG046", message, name.span, help=help))
