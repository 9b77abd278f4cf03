"""Requirements that several controls share: the verbs over one value, over a list, in ranges or among words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Literal

from pscc import ir
from pscc.base.source import Span
from pscc.controls._base import DefaultShape, Params, Probe, Shape
from pscc.ir import Const, Each, Param, Part, Path, Requirement, Show, ShowParams
from pscc.language.ast import Statement
from pscc.psp.reading import Psp

RANGES = Param("ranges", "ranges")
VALUES = Param("values", "strings")
PATTERNS = Param("patterns", "strings")
VALUE = Param("value", "bool")
SPELLINGS = Param("spellings", "strings")
SPELLED_PATTERNS = Param("spelledPatterns", "strings")

CONTAINERS = (Each("container", ir.Containers()),)
CONTAINER: tuple[Part, ...] = ("container ", Show(Path("container", ("name",))), ": ")
VOLUMES = (Each("volume", Path(ir.POD, ("spec", "volumes"))),)
VOLUME: tuple[Part, ...] = ("volume ", Show(Path("volume", ("name",))), ": ")
POD: tuple[Part, ...] = ("pod: ",)


def container_field(*fields: str) -> Path:
    """A field of the container's ``securityContext``."""
    return Path("container", ("securityContext", *fields))


def pod_field(*fields: str) -> Path:
    """A field of the pod's ``spec.securityContext``."""
    return Path(ir.POD, ("spec", "securityContext", *fields))


def effective(field: str) -> ir.Coalesce:
    """The container's own security context field, else the pod's."""
    return ir.Coalesce((container_field(field), pod_field(field)))


SAYS_WHO = ir.Or((ir.Has(effective("runAsNonRoot")), ir.Has(effective("runAsUser"))))
"""The pod says as which user the container runs, or does not run. So the image does not decide that."""


def among(value: ir.Value) -> ir.Condition:
    """``value`` is one of the statement's words."""
    return ir.Or((ir.In(value, VALUES), ir.StartsWithAny(value, PATTERNS)))


def among_spellings(value: ir.Value) -> ir.Condition:
    """``value`` is one of the spellings of the statement's words."""
    return ir.Or((ir.In(value, SPELLINGS), ir.StartsWithAny(value, SPELLED_PATTERNS)))


def spelled(params: Params, words: Callable[[str], Iterable[str]], others: Iterable[str] = ()) -> Params:
    """The parameters `SPELLINGS` and `SPELLED_PATTERNS`: ``words`` of each value and of each pattern's prefix, and ``others``."""
    texts = dict(params)
    values = [word for value in _texts(texts.get("values")) for word in words(value)]
    patterns = [f"{word}*" for pattern in _texts(texts.get("patterns")) for word in words(pattern[:-1])]
    both = (("spellings", (*values, *others)), ("spelledPatterns", patterns))
    return tuple((name, tuple(dict.fromkeys(listed))) for name, listed in both if listed)


def _texts(value: ir.ParamValue | None) -> Iterator[str]:
    yield from (text for text in value or () if isinstance(text, str)) if isinstance(value, tuple) else ()


def empty(value: ir.Path) -> ir.Condition:
    """The string ``value`` is unset, or empty, which for the API server is the same."""
    return ir.Equals(ir.Coalesce((value, Const(""))), Const(""))


def no_psp_statements(psp: Psp) -> Iterator[Statement]:
    """No statements, for controls that PodSecurityPolicy does not have."""
    yield from ()


def in_ranges(value: ir.Value) -> ir.Condition:
    """``value`` lies in one of the statement's ranges."""
    return ir.InRanges(value, RANGES)


Kind = Literal["words", "ranges"]


def allowed(kind: Kind) -> ShowParams:
    """The statement's values, for a message."""
    return ShowParams((RANGES,)) if kind == "ranges" else ShowParams((VALUES, PATTERNS))


def value_shapes(
    label: str,
    kind: Kind,
    value: ir.Value,
    each: tuple[Each, ...],
    subject: tuple[Part, ...],
    verbs: tuple[str, ...] = ("deny", "allow", "require"),
) -> tuple[Shape, ...]:
    """The shapes of a control over one value per site: ``deny``, ``deny v``, ``allow v``, ``require``, ``require v``."""
    permitted = in_ranges(value) if kind == "ranges" else among(value)
    is_value = (*subject, f"{label} is ", Show(value, kind == "ranges"))
    name = label.replace(".", "_")

    def requirement(
        must: ir.Condition, text: tuple[Part, ...], when: ir.Condition = ir.TRUE
    ) -> tuple[Requirement, ...]:
        return (Requirement(each, must, (*is_value, *text), value, when, name),)

    within: tuple[Part, ...] = (", allowed: ", allowed(kind))
    shapes = {
        "deny": (
            Shape(
                "deny", "nothing", requirement(ir.Not(ir.Has(value)), (", must not be set",)), f"{label} is not set."
            ),
            Shape(
                "deny",
                "values",
                requirement(ir.Not(permitted), (", denied: ", allowed(kind))),
                f"{label} is none of the listed values.",
                suffix="Values",
            ),
        ),
        "allow": (
            Shape(
                "allow",
                "values",
                requirement(permitted, within, ir.Has(value)),
                f"{label}, where it is set, is one of the listed values.",
            ),
        ),
        "require": (
            Shape(
                "require", "nothing", requirement(ir.Has(value), (", must be set",)), f"{label} is set.", suffix="Set"
            ),
            Shape("require", "values", requirement(permitted, within), f"{label} is set to one of the listed values."),
        ),
    }
    return tuple(shape for verb in verbs for shape in shapes[verb])


def word_shapes(label: str, value: ir.Value) -> tuple[Shape, ...]:
    """The shapes of a field of the pod that is one of a few words: ``allow v`` and ``require v``."""
    shapes = value_shapes(label, "words", value, (), POD, ("allow", "require"))
    return tuple(shape for shape in shapes if shape.takes == "values")


def each_place_shapes(
    label: str, kind: Kind, pod: Path, own: Path, verbs: tuple[str, ...] = ("deny", "allow")
) -> tuple[Shape, ...]:
    """The shapes of a field that pod and containers have, for each place where it is set: ``on pod or containers``."""
    pairs = zip(
        value_shapes(label, kind, pod, (), POD, verbs),
        value_shapes(label, kind, own, CONTAINERS, CONTAINER, verbs),
        strict=True,
    )
    return tuple(
        Shape(
            first.verb,
            first.takes,
            (*_named(first, "pod"), *_named(second, "container")),
            f"On the pod and on each container, {first.description}",
            "pod or containers",
            first.suffix,
        )
        for first, second in pairs
    )


def _named(shape: Shape, site: str) -> Iterator[Requirement]:
    """The requirements of ``shape``, with ``site`` in their names."""
    for requirement in shape.requirements:
        yield replace(requirement, name=f"{site}_{requirement.name}")


def list_shapes(
    label: str,
    kind: Kind,
    element: ir.Value,
    each: tuple[Each, ...],
    subject: tuple[Part, ...],
    spelled: ir.Value | None = None,
    denied: tuple[Part, ...] | None = None,
) -> tuple[Shape, ...]:
    """The shapes of a control over the elements of a list: ``deny``, ``deny v``, ``allow v``.

    ``spelled`` is the element as it is held against the control's `Control.spellings`, where it has some: ``deny v`` refuses
    what these name, too. ``denied`` is the message of both forms of ``deny``, after the subject, where it is not the usual one.
    """
    permitted = in_ranges(element) if kind == "ranges" else among(element)
    named = permitted if spelled is None else ir.Or((permitted, among_spellings(spelled)))
    has = (*subject, f"{label} has ", Show(element, kind == "ranges"))
    name = label.replace(".", "_")
    return (
        Shape(
            "deny",
            "nothing",
            (
                Requirement(
                    each, ir.FALSE, (*subject, *denied) if denied else (*has, ", must be empty"), element, name=name
                ),
            ),
            f"{label} is empty.",
        ),
        Shape(
            "deny",
            "values",
            (
                Requirement(
                    each,
                    ir.Not(named),
                    (*subject, *denied) if denied else (*has, ", denied: ", allowed(kind)),
                    element,
                    name=name,
                ),
            ),
            f"{label} has none of the listed values{'' if spelled is None else ', however they are spelled'}.",
            suffix="Values",
        ),
        Shape(
            "allow",
            "values",
            (Requirement(each, permitted, (*has, ", allowed: ", allowed(kind)), element, name=name),),
            f"Each element of {label} is one of the listed values.",
        ),
    )


def switch_shape(label: str, value: Path, each: tuple[Each, ...], subject: tuple[Part, ...]) -> tuple[Shape, ...]:
    """The one shape of a switch: ``deny C``, the field is not true."""
    must = ir.Not(ir.Equals(value, Const(True)))
    message = (*subject, f"{label} must not be true")
    return (Shape("deny", "nothing", (Requirement(each, must, message, value, name=label),), f"{label} is not true."),)


def flag_shapes(
    label: str, value: ir.Value, each: tuple[Each, ...] = CONTAINERS, subject: tuple[Part, ...] = CONTAINER
) -> tuple[Shape, ...]:
    """The shapes of a three-valued field: ``require C v`` and ``allow C v``."""
    must = ir.Equals(value, VALUE)
    message = (*subject, f"{label} is ", Show(value), ", must be ", ShowParams((VALUE,)))
    either = (*subject, f"{label} is ", Show(value), ", must be unset or ", ShowParams((VALUE,)))
    return (
        Shape("require", "values", (Requirement(each, must, message, value, name=label),), f"{label} is as stated."),
        Shape(
            "allow",
            "values",
            (Requirement(each, must, either, value, ir.Has(value), name=label),),
            f"{label}, where it is set, is as stated.",
        ),
    )


def param(params: Params, name: str) -> ir.ParamValue:
    """The value of the parameter ``name``."""
    return dict(params)[name]


def number_default(
    control: str, site: Literal["pod", "containers"], path: tuple[str, ...], inherits: tuple[str, ...] = ()
) -> DefaultShape:
    """``default C n``: set the number where the field is unset."""

    def build(params: Params, span: Span) -> ir.Default:
        ranges = param(params, "ranges")
        assert isinstance(ranges, tuple) and isinstance(ranges[0], ir.Range)
        return ir.Default(control, site, path, span, value=ranges[0].min, inherits=inherits)

    return DefaultShape("value", build, "Where it is unset, it is set to the number.")


def flag_default(control: str, path: tuple[str, ...], grants_when: bool) -> DefaultShape:
    """``default C true|false`` on containers; ``grants_when`` is the value that gives privilege, the other takes it."""

    def build(params: Params, span: Span) -> ir.Default:
        value = param(params, "value")
        assert isinstance(value, bool)
        grants = value is grants_when
        return ir.Default(control, "containers", path, span, value=value, grants=grants, isolates=not grants)

    return DefaultShape("value", build, "Where a container leaves it unset, it is set to the value.")


def number_probes(check: ir.Check) -> Iterator[int]:
    """Numbers around the boundaries of the check's ranges: min-1, min, max, max+1."""
    seen: dict[int, None] = {}
    for name, value in check.params:
        if name == "ranges" and isinstance(value, tuple):
            for item in value:
                assert isinstance(item, ir.Range)
                for number in (item.min - 1, item.min, item.max, item.max + 1):
                    if number >= 0:
                        seen[number] = None
    yield from seen or {1: None, 2000: None}


def word_probes(check: ir.Check, others: tuple[str, ...] = ("not-listed",)) -> Iterator[str]:
    """The check's words, a word that matches each pattern, and a word that matches none."""
    params = dict(check.params)
    seen: dict[str, None] = {}
    for name in ("values", "patterns"):
        for text in params.get(name, ()):  # type: ignore[union-attr]
            assert isinstance(text, str)
            seen[text] = None
            if name == "patterns":
                seen = {**{k: None for k in seen if k != text}, f"{text[:-1]}x": None}
    for other in others:
        seen.setdefault(other, None)
    yield from seen


def strings(check: ir.Check, name: str) -> tuple[str, ...]:
    """The strings of the parameter ``name`` of ``check``; none where it has no such parameter."""
    return tuple(_texts(dict(check.params).get(name)))


def at(path: tuple[str, ...], value: object) -> dict[str, object]:
    """``value`` nested under ``path``, as a fragment."""
    for name in reversed(path):
        value = {name: value}
    assert isinstance(value, dict)
    return value


def label_of(text: str | int) -> str:
    """``text`` as a part of a DNS label."""
    kept = "".join(c.lower() if c.isascii() and c.isalnum() else "-" for c in str(text)).strip("-")
    return kept[:30].strip("-") or "other"


def renamed(shape: Shape, **changes: object) -> Shape:
    """``shape`` with fields replaced."""
    return replace(shape, **changes)  # type: ignore[arg-type]


def field_probes(control: str, path: tuple[str, ...], site: Literal["pod", "containers"], numbers: bool):  # type: ignore[no-untyped-def]
    """A ``probes`` function for a scalar field: around the boundaries, and unset."""

    def probes(check: ir.Check) -> Iterator[Probe]:
        values: Iterator[str | int] = iter(number_probes(check)) if numbers else iter(word_probes(check))
        for value in (*values, None):
            fragment = at(path, value)
            label = f"{label_of(control)}-{'unset' if value is None else label_of(value)}"
            yield Probe(label, pod=fragment) if site == "pod" else Probe(label, container=fragment)

    return probes
