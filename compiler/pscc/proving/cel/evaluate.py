"""The meaning of a CEL expression, as formulas over the pod and the request.

Every expression has three outcomes: a value, no value because it fails, and for conditions true or false. ``&&`` and ``||``
take an operand that decides, whatever the other does. Sources: ``doc/langdef.md`` of the CEL specification, and cel-go's
``interpreter`` where the two differ. `tests/engines/test_cel_model.py` holds this against cel-go.
"""

from __future__ import annotations

from collections.abc import Mapping

from pscc.proving import pod
from pscc.proving.cel import comprehensions, functions, indexing, optionals
from pscc.proving.cel.dialect import API_SERVER, Dialect
from pscc.proving.cel.equality import contains, equals
from pscc.proving.cel.result import FAILS, Result, boolean, both, just, then
from pscc.proving.cel.tree import Call, Expression, Index, Listing, Literal, Name, Operation, Select
from pscc.proving.cel.tree import Mapping as MappingNode
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.logic.terms import (
    FALSE,
    TRUE,
    Place,
    Term,
    and_,
    not_,
    number,
    or_,
    text,
)
from pscc.proving.values import (
    Annotations,
    Item,
    Length,
    Listed,
    MapValue,
    Null,
    Plain,
    Size,
    Some,
    SplitText,
    Structure,
    Text,
    Truth,
    Unknown,
    Value,
    Whole,
    merged,
)
from pscc.proving.words import constant, options
from pscc.proving.words import equals as word_equals

Known = frozenset[Term]
"""Conditions that hold where an expression is evaluated: what stands before it has decided so."""
NOTHING_KNOWN: Known = frozenset()
_RESERVED = ("variables", "optional")


class Evaluator:
    """Evaluates expressions with the names of ``scope``, and the policy's ``variables`` by their names, each once."""

    def __init__(
        self, scope: Mapping[str, Result], variables: Mapping[str, Expression], dialect: Dialect = API_SERVER
    ) -> None:
        """``scope``: what ``object``, ``request`` and so on are. ``dialect``: what is peculiar to the engine that evaluates."""
        self._dialect = dialect
        self._scope = dict(scope)
        self._variables = variables
        self._evaluated: dict[str, Result] = {}
        self._evaluating: list[str] = []

    @property
    def within(self) -> str:
        """The variables that are being evaluated, for an error: `` in variables.a, used by variables.b``."""
        return "".join(f", variables.{name}" for name in self._evaluating)

    def result(
        self, expression: Expression, scope: Mapping[str, Result] | None = None, known: Known = NOTHING_KNOWN
    ) -> Result:
        """What ``expression`` gives. Raises `NotUnderstoodError` where it has something that has no meaning here."""
        names = self._scope if scope is None else scope
        match expression:
            case Literal(value=value):
                return just(_constant(value))
            case Name(name=name):
                if name not in names:
                    raise NotUnderstoodError(f"the name `{name}`")
                return names[name]
            case Select(of=Name(name=name), field=field, optional=False) if f"{name}.{field}" in names:
                return names[f"{name}.{field}"]
            case Select(of=Name(name="variables"), field=field, optional=False):
                return self._variable(field)
            case Select(of=of, field=field, optional=optional):
                inside = _possible(self.result(of, names, known), known)
                return _possible(then(inside, lambda value: self._select(value, field, optional, known)), known)
            case Index(of=of, key=key, optional=optional):
                inside, at = self.result(of, names, known), self.result(key, names, known)
                return both(inside, at, lambda value, where: self._index(value, where, optional, known))
            case Operation(operator=operator, operands=operands):
                return self._operation(operator, operands, names, known)
            case Listing(items=items):
                return self._listing([self.result(item, names, known) for item in items])
            case MappingNode(entries=entries):
                return self._mapping(entries, names, known)
            case Call(function="has", arguments=(Select(of=Name(name=name), field=field) as selected,), of=None) if (
                name == "variables" or f"{name}.{field}" in names
            ):
                return then(self.result(selected, names, known), lambda _: boolean(TRUE))
            case Call(function="has", arguments=(Select() as selected,), of=None):
                return self._has(selected, names, known)
            case Call(of=Name(name="optional"), function=function, arguments=arguments):
                return optionals.constructed(function, [self.result(argument, names, known) for argument in arguments])
            case Call(function=function, arguments=(Name(name=element), body), of=of) if (
                of is not None and function in comprehensions.MACROS
            ):
                listed = self.result(of, names, known)
                evaluate = self._for_each(element, body, names, known)
                return then(listed, lambda value: comprehensions.walked(function, value, evaluate))
            case Call(function="map", arguments=(Name() as element, asked, body), of=of) if of is not None:
                kept = Call("filter", (element, asked), of)
                return self.result(Call("map", (element, body), kept), names, known)
            case Call(function=function, arguments=(Name(name=element), body), of=of) if (
                of is not None and function in optionals.MACROS
            ):
                given = self.result(of, names, known)
                return optionals.mapped(function, given, self._for_each(element, body, names, known))
            case Call(function=function, arguments=arguments, of=receiver):
                operands = ((receiver,) if receiver else ()) + arguments
                is_optional = (function, len(operands)) in optionals.METHODS
                if not is_optional:
                    # before the arguments: in those of an unknown macro are names that nothing declares
                    functions.require_known(function, len(operands))
                values = [self.result(operand, names, known) for operand in operands]
                if is_optional:
                    return optionals.called(function, values, self._dialect)
                return functions.called(function, values)

    def _for_each(
        self, element: str, body: Expression, scope: Mapping[str, Result], known: Known
    ) -> comprehensions.Evaluate:
        if element in _RESERVED or any(name.split(".")[0] == element for name in self._scope):
            raise NotUnderstoodError(f"an element with the name `{element}`, which stands for something else")
        return lambda value, there: self.result(body, {**scope, element: value}, known | _literals(there))

    def _variable(self, name: str) -> Result:
        if name not in self._variables:
            raise NotUnderstoodError(f"the variable `variables.{name}`, which is not declared")
        if name in self._evaluating:
            raise NotUnderstoodError(f"the variable `variables.{name}`, which is defined by itself")
        if name not in self._evaluated:
            self._evaluating.append(name)
            self._evaluated[name] = self.result(self._variables[name])
            self._evaluating.pop()
        return self._evaluated[name]

    # --- fields -------------------------------------------------------------

    def _select(self, value: Value, name: str, optional: bool, known: Known) -> Result:
        match value:
            case Some(value=inner):
                return then(Result(inner), lambda inside: self._select(inside, name, True, known))
            case _ if optionals.is_nothing(value):
                return just(value)
        held = self._field(value, name, known)
        if optional:
            return optionals.of_field(held)
        return held

    def _field(self, value: Value, name: str, known: Known) -> Result:
        """The field ``name`` of ``value``; it fails where that is missing."""
        match value:
            case Structure(kind=kind):
                field = kind.field(name)
                if field is None:
                    raise NotUnderstoodError(f"the field `{'.'.join((*value.place.fields, name))}`")
                there = settled(pod.presence(value, field), known)
                return Result(((there, pod.value_of(value, field)),), not_(there)) if there is not FALSE else FAILS
            case MapValue(entries=entries):
                return next((Result(entry) for key, entry in entries if key == name), FAILS)
            case Annotations(place=place):
                return _entry(place, text(name), known)
            case Unknown():
                raise NotUnderstoodError(f"the field `{name}` of `{'.'.join(value.place.fields)}`")
            case _:
                return FAILS

    def _has(self, selected: Select, scope: Mapping[str, Result], known: Known) -> Result:
        inside = _possible(self.result(selected.of, scope, known), known)

        def asked(value: Value) -> Result:
            if isinstance(value, Some):
                return then(Result(value.value), asked)
            if isinstance(value, Listed):
                return FAILS
            if not isinstance(value, Structure | MapValue | Annotations | Unknown):
                return boolean(FALSE)
            field = self._field(value, selected.field, known)
            return boolean(not_(field.error))

        return then(inside, asked)

    def _index(self, value: Value, key: Value, optional: bool, known: Known) -> Result:
        if isinstance(value, Some):
            return then(Result(value.value), lambda inside: self._index(inside, key, True, known))
        if optionals.is_nothing(value):
            return just(value)
        held = self._at(value, key, known)
        return optionals.of_field(held) if optional else held

    def _at(self, value: Value, key: Value, known: Known) -> Result:
        match value, key:
            case Annotations(place=place), Text(words=words):
                entries = [(guard, _entry(place, term, known)) for guard, term in options(words)]
                there = ((and_(guard, inner), inside) for guard, each in entries for inner, inside in each.value)
                return Result(merged(there), or_(*(and_(guard, each.error) for guard, each in entries)))
            case MapValue(entries=entries), Text(words=words) if constant(words) is None:
                named = [(word_equals(words, Plain(text(name))), Result(entry)) for name, entry in entries]
                values = ((and_(guard, inner), inside) for guard, each in named for inner, inside in each.value)
                return Result(merged(values), not_(or_(*(guard for guard, _ in named))))
            case ((Structure() | MapValue()), Text(words=words)):
                name = constant(words)
                if name is None:
                    raise NotUnderstoodError("an index that depends on the pod")
                if isinstance(value, Structure) and value.kind.field(name) is None:
                    return FAILS
                return self._field(value, name, known)
            case Listed(pieces=pieces), Whole(term=term):
                return indexing.element_at(pieces, term)
            case SplitText(), Whole(term=term):
                return indexing.part_at(value, term)
            case SplitText(), _:
                return FAILS
            case Unknown(), _:
                raise NotUnderstoodError(f"an index into `{'.'.join(value.place.fields)}`")
            case Listed(), (Size() | Length()):
                raise NotUnderstoodError("an index that is a size")
            case _:
                return FAILS

    # --- operators ----------------------------------------------------------

    def _operation(
        self, operator: str, operands: tuple[Expression, ...], scope: Mapping[str, Result], known: Known
    ) -> Result:
        match operator, operands:
            case "?:", (asked, yes, no):
                return self._conditional(asked, yes, no, scope, known)
            case (("&&" | "||"), (left, right)):
                return self._connected(operator, left, right, scope, known)
            case "!", (operand,):
                return _negated(self.result(operand, scope, known))
            case "==", (left, right):
                given = self.result(left, scope, known), self.result(right, scope, known)
                return both(*given, lambda first, second: self._equal(first, second, known))
            case "!=", (left, right):
                given = self.result(left, scope, known), self.result(right, scope, known)
                return both(*given, lambda first, second: boolean(not_(self._equal(first, second, known).truth[0])))
            case (("<" | "<=" | ">" | ">="), (left, right)):
                given = self.result(left, scope, known), self.result(right, scope, known)
                return both(*given, lambda first, second: functions.compared(operator, first, second))
            case "in", (left, right):
                given = self.result(left, scope, known), self.result(right, scope, known)
                return both(*given, lambda first, second: self._is_in(first, second, scope, known))
            case "+", (left, right):
                given = self.result(left, scope, known), self.result(right, scope, known)
                return both(*given, functions.added)
            case "-", (left, right):
                given = self.result(left, scope, known), self.result(right, scope, known)
                return both(*given, functions.subtracted)
            case _:
                raise NotUnderstoodError(f"the operator `{operator}`")

    def _conditional(
        self, asked: Expression, yes: Expression, no: Expression, scope: Mapping[str, Result], known: Known
    ) -> Result:
        condition = self.result(asked, scope, known)
        true, false = condition.truth
        errors, value = [condition.fails], list[tuple[Term, Value]]()
        for holds, branch in ((true, yes), (false, no)):
            if holds is not FALSE:
                taken = self.result(branch, scope, known | _literals(holds))
                value += [(and_(holds, guard), each) for guard, each in taken.value]
                errors.append(and_(holds, taken.error))
        return Result(merged(value), or_(*errors))

    def _connected(
        self, operator: str, left: Expression, right: Expression, scope: Mapping[str, Result], known: Known
    ) -> Result:
        """``&&``; ``||`` is the same with true and false swapped."""
        swapped = operator == "||"
        first = self.result(left, scope, known)
        goes_on, decides = reversed(first.truth) if swapped else first.truth
        if decides is TRUE:
            return first
        inside = known | _literals(goes_on) if first.fails is FALSE else known
        second = self.result(right, scope, inside)
        also, decides_too = reversed(second.truth) if swapped else second.truth
        error = and_(not_(decides), not_(decides_too), or_(first.fails, second.fails))
        holds = or_(decides, decides_too) if swapped else and_(goes_on, also)
        return boolean(holds, error)

    def _is_in(self, value: Value, inside: Value, scope: Mapping[str, Result], known: Known) -> Result:
        match inside:
            case Listed():
                named = [each for result in scope.values() for _, each in result.value if isinstance(each, Structure)]
                walked = {each.place.base: each.items for each in named if each.items is not None}
                return boolean(contains(inside, value, walked))
            case Structure() | MapValue() | Annotations() if isinstance(value, Text):
                return boolean(not_(self._at(inside, value, known).error))
            case MapValue():
                return boolean(FALSE)
            case Structure() | Annotations():
                return FAILS
            case _:
                return functions.is_among_parts(value, inside)

    def _equal(self, left: Value, right: Value, known: Known) -> Result:
        """In the API server, an object of the request on the left fails beside what is neither an object nor null.

        ``!=`` takes that for unequal. Sources: ``unstructuredMap.Equal`` in ``k8s.io/apiserver/pkg/cel/common/values.go``,
        and ``evalNe`` in cel-go ``interpreter/interpretable.go``.
        """
        objects = (Structure, Annotations, Unknown)
        fails = self._dialect.object_beside_scalar == "fails"
        if fails and isinstance(left, objects) and not isinstance(right, (*objects, MapValue, Null)):
            return FAILS
        return boolean(settled(equals(left, right), known))

    # --- lists and maps -----------------------------------------------------

    def _listing(self, items: list[Result]) -> Result:
        pieces = tuple(Item(TRUE, item.value) for item in items)
        error = or_(*(item.error for item in items))
        return Result(((not_(error), Listed(pieces)),), error) if error is not TRUE else FAILS

    def _mapping(
        self, entries: tuple[tuple[Expression, Expression], ...], scope: Mapping[str, Result], known: Known
    ) -> Result:
        read: list[tuple[str, Result]] = []
        for key, value in entries:
            if not isinstance(key, Literal) or not isinstance(key.value, str):
                raise NotUnderstoodError("a map whose keys are not strings")
            if any(key.value == name for name, _ in read):
                raise NotUnderstoodError(f"a map with the key `{key.value}` twice")
            read.append((key.value, self.result(value, scope, known)))
        error = or_(*(value.error for _, value in read))
        whole = MapValue(tuple((key, value.value) for key, value in read))
        return Result(((not_(error), whole),), error) if error is not TRUE else FAILS


def _constant(value: str | int | bool | None) -> Value:
    match value:
        case None:
            return Null()
        case bool():
            return Truth(TRUE if value else FALSE)
        case int():
            return Whole(number(value))
        case str():
            return Text(Plain(text(value)))


def _negated(result: Result) -> Result:
    return boolean(result.truth[1], result.fails)


def settled(term: Term, known: Known) -> Term:
    """``term``, decided where it, or its opposite, is among ``known``."""
    if term in known:
        return TRUE
    return FALSE if not_(term) in known else term


def _possible(result: Result, known: Known) -> Result:
    """``result`` without what is impossible where all of ``known`` holds."""
    if len(result.value) < 2 and result.error is FALSE:
        return result
    value = tuple((guard, each) for guard, each in result.value if and_(guard, *known) is not FALSE)
    return Result(value, FALSE if and_(result.error, *known) is FALSE else result.error)


def _literals(term: Term) -> Known:
    """What holds where ``term`` does."""
    return frozenset(part for part in term.args if isinstance(part, Term)) if term.op == "and" else frozenset((term,))


def _entry(place: Place, key: Term, known: Known) -> Result:
    there, value = pod.entry(place, key)
    there = settled(there, known)
    return Result(((there, value),), not_(there)) if there is not FALSE else FAILS
