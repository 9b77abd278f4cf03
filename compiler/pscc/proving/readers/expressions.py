"""What a policy says in CEL: its conditions, variables and validations, as every engine has them.

Sources: ``k8s.io/apiserver/pkg/admission/plugin/cel/composition.go`` (a variable sees those before it), and
``pkg/admission/plugin/webhook/matchconditions/matcher.go`` (a match condition that is false counts before one that fails).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from pscc.base.frozen import frozen
from pscc.ir.walking import walk
from pscc.proving.cel.dialect import Dialect
from pscc.proving.cel.evaluate import Evaluator
from pscc.proving.cel.reader import read
from pscc.proving.cel.result import Result, just
from pscc.proving.cel.tree import Expression, Name, Select
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.terms import Term, and_, not_, or_, text
from pscc.proving.pod import root
from pscc.proving.readers.documents import Json, list_at, object_at, text_of
from pscc.proving.readers.objections import Operation
from pscc.proving.values import Plain, Text

Messages = Literal["each", "valid", "any"]
"""Each validation has a message; or where the API server requires one; or any has, or none."""
_NAMED = {"name", "expression"}
_OF_VARIABLES = "variables."
_NONE: frozenset[str] = frozenset()
"""The variables that a match condition sees."""


@frozen
class Expressions:
    """What the ``conditions`` and ``validations`` of a policy give."""

    conditions: tuple[Result, ...]
    validations: tuple[Result, ...]

    @property
    def excluded(self) -> Term:
        """A condition is false: the policy does not judge the request, whatever fails."""
        return or_(*(condition.truth[1] for condition in self.conditions))

    @property
    def matches(self) -> Term:
        """All conditions are true."""
        return and_(*(condition.truth[0] for condition in self.conditions))

    @property
    def passes(self) -> Term:
        """All validations are true."""
        return and_(*(validation.truth[0] for validation in self.validations))

    @property
    def refuses(self) -> Term:
        """A validation is false."""
        return or_(*(validation.truth[1] for validation in self.validations))

    def objects(self, failure: str) -> Term:
        """The policy refuses the request. ``failure`` is its failure policy: with ``Fail``, an expression that fails refuses.

        Source: ``k8s.io/apiserver/pkg/admission/plugin/policy/validating/validator.go``.
        """
        if failure == "Fail":
            return and_(not_(self.excluded), not_(and_(self.matches, self.passes)))
        return and_(self.matches, self.refuses)


def scope(operation: Operation) -> dict[str, Result]:
    """The names that an expression of a policy may use in every engine when a pod is created or changed (``operation``)."""
    names = {
        "object": just(root("pod")),
        "request": just(root("request")),
        "request.operation": just(Text(Plain(text(operation)))),
    }
    return {**names, "oldObject": just(root("old"))} if operation == "UPDATE" else names


def expressions(
    spec: Json,
    where: str,
    names: Mapping[str, Result],
    conditions: str = "matchConditions",
    validating: str = "validations",
    *,
    dialect: Dialect,
    messages: Messages,
    of_validation: frozenset[str] = frozenset({"expression", "message", "messageExpression"}),
) -> Expressions:
    """The results of the expressions in ``spec``, which may use ``names``.

    - ``conditions`` and ``validating`` are the fields of the conditions and of the validations. ``of_validation`` are the
      fields that a validation may have.
    - ``dialect`` is the CEL of the engine. ``messages`` says which validations have a message.

    Raises `NotUnderstoodError`, with ``where`` and the place, where something is not understood.
    """
    variables: dict[str, Expression] = {}
    evaluator = Evaluator(names, variables, dialect)

    def parsed(value: object, place: str, declared: frozenset[str]) -> Expression:
        try:
            expression = read(text_of(value, f"{where}: {place}"))
            _check_variables(expression, declared)
        except NotUnderstoodError as error:
            raise NotUnderstoodError(f"{where}: {place}: {error}") from None
        return expression

    def evaluated(value: object, place: str, declared: frozenset[str]) -> Result:
        expression = parsed(value, place, declared)
        try:
            return evaluator.result(expression)
        except NotUnderstoodError as error:
            raise NotUnderstoodError(f"{where}: {place}{evaluator.within}: {error}") from None

    matching = [
        evaluated(condition["expression"], f"{place}.expression", _NONE)
        for place, condition in _listed(spec, conditions, where, _NAMED, named=True)
    ]
    own = frozenset(name.removeprefix(_OF_VARIABLES) for name in names if name.startswith(_OF_VARIABLES))
    for place, variable in _listed(spec, "variables", where, _NAMED, named=True):
        expression = parsed(variable["expression"], place, own | variables.keys())
        variables[str(variable["name"])] = expression
    declared = own | variables.keys()
    validations = []
    for place, validation in _listed(spec, validating, where, set(of_validation)):
        validations.append(evaluated(validation["expression"], f"{place}.expression", declared))
        if "messageExpression" in validation:
            parsed(validation["messageExpression"], f"{place}.messageExpression", declared)
        if messages != "any" and not _has_message(validation, messages):
            raise NotUnderstoodError(f"{where}: {place} without a message of one line")
    if not validations:
        raise NotUnderstoodError(f"{where} without {validating}")
    return Expressions(tuple(matching), tuple(validations))


def _has_message(validation: Json, messages: Messages) -> bool:
    """Source: ``validateValidation`` in ``pkg/apis/admissionregistration/validation/validation.go`` of Kubernetes."""
    message = validation.get("message")
    if message is None and messages == "valid":
        return "\n" not in str(validation["expression"]).strip()
    return isinstance(message, str) and bool(message.strip()) and "\n" not in message.strip()


def _listed(spec: Json, name: str, where: str, known: set[str], *, named: bool = False) -> Iterator[tuple[str, Json]]:
    """The elements of the list ``name`` with their places. Those that are ``named`` have different names."""
    seen: set[str] = set()
    for index, value in enumerate(list_at(spec, name, f"{where}: spec")):
        place = f"{name}[{index}]"
        element = object_at(value, f"{where}: {place}", known)
        if named:
            own = text_of(element.get("name"), f"{where}: {place}.name")
            if own in seen:
                raise NotUnderstoodError(f"{where}: {place} has the name {own}, as another has")
            seen.add(own)
        if "expression" not in element:
            raise NotUnderstoodError(f"{where}: {place} without an expression")
        yield place, element


def _check_variables(expression: Expression, declared: frozenset[str]) -> None:
    for node in walk(expression):
        if isinstance(node, Select) and node.of == Name("variables") and node.field not in declared:
            raise NotUnderstoodError(f"the variable `variables.{node.field}`, which is not declared before")


def failure_of(spec: Json, where: str) -> str:
    """The ``failurePolicy`` of ``spec``: ``Fail`` where it has none."""
    failure = spec.get("failurePolicy", "Fail")
    if failure not in ("Fail", "Ignore"):
        raise NotUnderstoodError(f"{where}: failurePolicy {failure}")
    return str(failure)
