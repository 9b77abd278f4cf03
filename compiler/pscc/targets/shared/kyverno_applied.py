"""A ``kyverno test`` of the applied files themselves: it tests what pods cannot show to Kyverno's command line.

The command line counts a pod that a policy does not match as passed, whatever the test expects, and looks at no action. So a
policy in CEL compares each applied object with what was compiled: its scope, its action, the names of its rules. The pods of
the other tests run the expressions of checks and defaults, so these are left out. Source: ``printTestResult`` in Kyverno 1.19
``cmd/cli/kubectl-kyverno/commands/test/output.go``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from pscc.base.yaml_classes import safe_loader
from pscc.output.contents import OutputFile
from pscc.output.templating import Code, render, yaml_block, yaml_quote
from pscc.printers.cel.fragments import cel
from pscc.printers.cel.layout import laid_out
from pscc.printers.cel.literals import dynamic_literal, literal
from pscc.printers.cel.text import quoted_for_kyverno
from pscc.printers.cel.tree import Expression, Name, Select, infix

NAME = "applied-as-compiled"
_BY_PODS = frozenset(["rules", "validations", "mutations", "variables"])
"""Fields of a spec whose expressions the pods run."""
_NOT_LOADED = "MutatingAdmissionPolicy"
"""The kind that no pod runs: Kyverno 1.19 has no schema for the ``v1`` of it, so its command line leaves it out."""
_OF_RULES = ("match", "exclude", "celPreconditions", "preconditions")
_AUTOGEN = "pod-policies.kyverno.io/autogen-controllers"


Row = Callable[[str, Expression], dict[str, Code]]


def applied_test(files: Iterable[OutputFile]) -> list[OutputFile]:
    """The test that the objects in ``files``, one a file, are as they were compiled."""
    import yaml

    listed = tuple(files)
    documents = [yaml.load(file.text, Loader=safe_loader()) for file in listed]
    names = dynamic_literal([[document["kind"], document["metadata"]["name"]] for document in documents])
    known = cel("[object.kind, object.metadata.name] in $names", names=names)
    rows = [_row("an object has another name", known), *(row for document in documents for row in _rows(document))]
    folder = f"suite/{NAME}"
    paths = [yaml_quote(f"../../{file.path}") for file in listed]
    return [
        OutputFile(f"{folder}/kyverno-test.yaml", render("kyverno/applied_test.yaml.j2", name=Code(NAME), paths=paths)),
        OutputFile(f"{folder}/policy.yaml", render("kyverno/applied.yaml.j2", name=Code(NAME), validations=rows)),
    ]


def _rows(document: Mapping[str, object]) -> Iterator[dict[str, Code]]:
    """The validations of the object that was compiled as ``document``."""
    metadata, spec = _object(document["metadata"]), _object(document["spec"])
    kind, name = str(document["kind"]), str(metadata["name"])
    about = f"{kind} {name}"
    other = cel("[object.kind, object.metadata.name] != $this", this=dynamic_literal([kind, name]))

    def row(what: str, holds: Expression) -> dict[str, Code]:
        return _row(f"{about}: {what} is not as compiled", infix("||", other, holds))

    yield row(
        "the list of fields", cel("object.spec.all(field, field in $fields)", fields=dynamic_literal(sorted(spec)))
    )
    for field, value in spec.items():
        if field not in _BY_PODS or kind == _NOT_LOADED:
            here = Select(cel("object.spec"), field)
            yield row(field, cel("has($here) && $here == $value", here=here, value=dynamic_literal(value)))
    if kind == "ClusterPolicy":
        autogen = _AUTOGEN in _object(metadata["annotations"])
        annotated = cel(
            "($key in object.metadata.annotations) == $value", key=literal(_AUTOGEN), value=literal(autogen)
        )
        yield row("what Kyverno does with workloads", annotated)
        yield from _of_rules(spec["rules"], row)


def _of_rules(rules: object, row: Row) -> Iterator[dict[str, Code]]:
    listed = [_object(rule) for rule in rules] if isinstance(rules, list) else []
    names = dynamic_literal([rule["name"] for rule in listed])
    yield row("the list of rules", cel("object.spec.rules.map(rule, rule.name) == $names", names=names))
    for field in _OF_RULES:
        here = Select(Name("rule"), field)
        actual = cel("has($here) ? $here : {}", here=here)
        yield row(f"{field} of a rule", _same(actual, [rule.get(field, {}) for rule in listed]))
    actions = [_object(rule.get("validate")).get("failureAction") for rule in listed]
    if all(actions):
        yield row("the action of a rule", _same(cel("rule.validate.failureAction"), actions))


def _same(actual: Expression, values: Sequence[object]) -> Expression:
    """A condition on the field ``actual`` of a rule: each rule has its own of ``values``. If all are equal, one value is enough."""
    if all(value == values[0] for value in values):
        return cel(
            "object.spec.rules.all(rule, ($actual) == $value)",
            actual=actual,
            value=dynamic_literal(values[0]),
        )
    return cel(
        "object.spec.rules.map(rule, $actual) == $values",
        actual=actual,
        values=dynamic_literal(list(values)),
    )


def _row(message: str, holds: Expression) -> dict[str, Code]:
    return {"holds": yaml_block(laid_out(holds, quoted_for_kyverno), 8), "message": yaml_quote(message)}


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
