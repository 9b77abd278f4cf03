"""The common part of seccomp and AppArmor profiles: an object of ``type`` and ``localhostProfile``, and its names."""

from __future__ import annotations

from pscc import ir
from pscc.controls._shapes import PATTERNS, VALUES, allowed, among
from pscc.ir import Coalesce, Concat, Const, Each, Part, Path, Requirement, Show
from pscc.language.ast import Verb

UNCONFINED = "unconfined"
RUNTIME_DEFAULT = "runtime/default"
NAMED = (("RuntimeDefault", RUNTIME_DEFAULT), ("Unconfined", UNCONFINED))
"""Type and name. Source: ``SeccompAnnotationForField`` in Kubernetes 1.24 ``pkg/api/pod/util.go``."""


def below(profile: Path | Coalesce, field: str) -> Path | Coalesce:
    """``field`` of the profile."""
    if isinstance(profile, Path):
        return Path(profile.var, (*profile.fields, field))
    return Coalesce(profile.options, (field,))


def by_name(name: str) -> ir.Condition:
    """The statement's words name the profile ``name``."""
    return ir.Or((ir.In(Const(name), VALUES), ir.StartsWithAny(Const(name), PATTERNS)))


def listed(profile: Path | Coalesce) -> ir.Condition:
    """The profile is one of the statement's words."""
    kind = below(profile, "type")
    named = tuple(ir.And((ir.Equals(kind, Const(type_)), by_name(name))) for type_, name in NAMED)
    path = Concat("localhost/", below(profile, "localhostProfile"))
    return ir.Or((*named, ir.And((ir.Equals(kind, Const("Localhost")), among(path)))))


def requirements(
    verb: Verb,
    takes: str,
    label: str,
    profile: Path | Coalesce,
    each: tuple[Each, ...],
    subject: tuple[Part, ...],
    name: str,
    when: ir.Condition = ir.TRUE,
) -> tuple[Requirement, ...]:
    """The requirements of ``verb`` on a profile. There are two, because a ``Localhost`` profile is named by its path."""
    kind = below(profile, "type")
    path = Concat("localhost/", below(profile, "localhostProfile"))
    local = ir.Equals(kind, Const("Localhost"))
    must: ir.Condition
    text: tuple[Part, ...]
    match verb, takes:
        case "deny", "nothing":
            must, text = ir.Not(ir.Has(profile)), (", must not be set",)
        case "deny", _:
            must, text = ir.Not(listed(profile)), (", denied: ", allowed("words"))
        case "allow", _:
            must, text = ir.Or((ir.Not(ir.Has(profile)), listed(profile))), (", allowed: ", allowed("words"))
        case _, "nothing":
            must, text = ir.Has(profile), (", must be set",)
        case _:
            must, text = listed(profile), (", allowed: ", allowed("words"))
    return (
        Requirement(
            each, must, (*subject, f"{label} is ", Show(kind), *text), kind, ir.And((when, ir.Not(local))), name
        ),
        Requirement(
            each, must, (*subject, f"{label} is ", Show(path), *text), path, ir.And((when, local)), f"local_{name}"
        ),
    )  # fmt: skip


def as_object(name: str) -> tuple[tuple[str, str], ...]:
    """The profile ``name`` as the pairs of its object."""
    if name.startswith("localhost/"):
        return (("type", "Localhost"), ("localhostProfile", name.removeprefix("localhost/")))
    return (("type", {named: type_ for type_, named in NAMED}[name]),)
