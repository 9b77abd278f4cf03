"""The schema of a pod: every control reads what is in it, as the API server has it, and what Kubernetes' types say."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from conformance.policies import says_default, statements_meaning
from pscc import ir
from pscc.base.source import SourceFile
from pscc.controls import CONTROLS, control_of
from pscc.controls._base import Control
from pscc.driver import analyse
from pscc.ir.walking import nodes
from pscc.meaning.narrowing import FIELDS
from pscc.pod import schema
from pscc.pod.fields import CONTAINER_LISTS, UnknownFieldError, described, element, since
from pscc.pod.kinds import Boolean
from pscc.printers.cel.reads import never_null
from pscc.reasoning.difference.compare import compare
from pscc.reasoning.difference.domains import field_at
from pscc.reasoning.difference.fields import Place, Reads
from pscc.reasoning.difference.variables import variables


def reads_of(control: Control) -> Reads:
    """What the control reads."""
    reads = Reads()
    for shape in control.shapes:
        for requirement in shape.requirements:
            reads.add(requirement)
    return reads


def read_by(control: Control) -> Iterator[Place]:
    """Where in a pod the control looks: annotations, and the keys of objects, aside."""
    yield from (p for p in reads_of(control).constants if p.site != "annotation" and p.fields != ("?",))


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.id)
def test_every_field_that_a_control_reads_is_in_it(control: Control) -> None:
    for place in read_by(control):
        field_at(place)
    assert variables(reads_of(control).constants) or control.id == "pods"


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.id)
def test_a_field_that_the_api_server_fills_in_is_never_read_as_unset(control: Control) -> None:
    """Policies see the pod after that, so that a manifest without the field has to mean the same."""
    filled = {place for place in read_by(control) if field_at(place).filled is not None}
    for value in nodes([shape.requirements for shape in control.shapes], ir.Coalesce):
        *options, last = value.options
        for option in options:
            if isinstance(option, ir.Path) and isinstance(last, ir.Const):
                filled = {
                    place
                    for place in filled
                    if place.fields != option.fields + value.field or field_at(place).filled != last.value
                }
    assert not filled, "read it as `Coalesce((Path(…), Const(…)))`, with what the schema says is filled in"


@pytest.mark.parametrize("control", [one for one in CONTROLS if one.default], ids=lambda control: control.id)
def test_what_the_api_server_fills_in_has_no_default(control: Control) -> None:
    policy = statements_meaning(f"policy p {{ {says_default(control, random.Random(1))} }}")
    for default in policy.defaults:
        field = described("pod" if default.site == "pod" else "container", default.path)[-1]
        assert field.filled is None, "it is never unset when a mutation sees the pod"


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.id)
def test_where_no_null_is_looked_for_the_api_server_takes_none(control: Control) -> None:
    for place in read_by(control):
        path = tuple(name for name in (*place.site.replace("/", ".").split("."), *place.fields) if name != "*")
        field = field_at(place)
        if never_null(*path):
            assert field.needs is not None or field.name == "localhostProfile", place


def with_path(control: Control, path: ir.Path) -> Control:
    """``control`` about another field: what somebody may write who has not added the field yet."""
    (shape,) = control.shapes
    must = ir.Not(ir.Equals(path, ir.Const(True)))
    requirements = tuple(replace(one, must=must, about=path) for one in shape.requirements)
    return replace(control, shapes=(replace(shape, requirements=requirements),))


@pytest.mark.parametrize(
    ("path", "missing"),
    [(("spec", "shareProcessNamespaces"), "shareProcessNamespaces"), (("spec", "affinity", "a"), "a")],
)
def test_a_field_that_it_does_not_have_is_an_error_that_says_so(path: tuple[str, ...], missing: str) -> None:
    control = with_path(control_of("hostPID"), ir.Path(ir.POD, path))
    message = f"`{'.'.join(path)}` of a pod: `{missing}` is not in the schema, add it to compiler/pscc/pod/schema.py"
    with pytest.raises(UnknownFieldError) as raised:
        list(map(field_at, read_by(control)))
    assert str(raised.value) == message
    before, after = (
        analyse(SourceFile("p.psp", f"policy p {{ {one} }}"))[1] for one in ("deny hostIPC", "deny hostPID")
    )
    (policy,) = after.policies
    checks = tuple(replace(one, requirements=control.shapes[0].requirements) for one in policy.checks)
    with pytest.raises(UnknownFieldError, match=re.escape(message)):
        compare(before, replace(after, policies=(replace(policy, checks=checks),)))


def test_unless_knows_values_of_its_fields() -> None:
    for field in FIELDS.values():
        kind = described("pod", field.path)[-1].kind
        values = {value for value, _ in field.values.values()}
        assert values == ({True, False} if isinstance(kind, Boolean) else set(kind.values))  # type: ignore[union-attr]


def test_the_lists_of_containers_are_all() -> None:
    containers = [field.name for field in schema.SPEC.fields if element(field.kind) is schema.CONTAINER]
    assert sorted(containers) == sorted(CONTAINER_LISTS)


def test_a_field_is_as_old_as_what_it_is_in() -> None:
    assert since("container", ("securityContext", "appArmorProfile")) == ((1, 30), "appArmorProfile")
    assert since("pod", ("spec", "securityContext", "appArmorProfile", "type")) == ((1, 30), "appArmorProfile")
    assert since("pod", ("spec", "hostPID"))[1] == "hostPID"
