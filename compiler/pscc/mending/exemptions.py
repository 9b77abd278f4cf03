"""The smallest exemption that admits a workload which no default can mend, with an end date.

In a choice, the workload's service account is granted a further policy in its namespace. It extends the nearest one that refuses
the workload, and is wider in just what the workload needs. Outside choices, the policy that refuses the workload leaves the
namespace to two that extend it: one for all but the account, and the wider one. `proof` says who and what is let in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from pscc import ir
from pscc.base.frozen import frozen
from pscc.base.source import Span
from pscc.files import Loader
from pscc.ir.access import Request
from pscc.language import ast
from pscc.language.printer import print_document, print_grant, print_policy, print_value
from pscc.lowering.rollout import Rollout
from pscc.mending.proof import account_of, literal_alone, policy_named, proven
from pscc.mending.records import Exempting, Mending, Programs
from pscc.mending.required import Implied, program_of, rules_of, with_implied
from pscc.mending.settings import fewest, mending_of, programs_of
from pscc.pod.fields import CONTAINER_LISTS
from pscc.pod.normalising import as_list, as_object, normalise
from pscc.psp.reading import literal
from pscc.reference.evaluate import request_of
from pscc.reporting.records import Objection

_NOWHERE = Span("", 1, 1, 1, 1)
_BECAUSE = "say what it needs and who decided"


@frozen
class Sources:
    """A program with its syntax tree, the loader of the files that it uses, and the options.

    ``defaults`` are further defaults that a change may take values from.
    """

    document: ast.Document
    program: ir.Program
    load: Loader
    today: date
    rollout: Rollout
    defaults: Implied

    def read(self, document: ast.Document) -> ir.Program | None:
        """The program that ``document`` means in place of the own one; None where the language does not take it."""
        return program_of(document, self.load, self.today)

    def programs(self, document: ast.Document | None = None) -> Programs | None:
        """The programs by which workloads are mended, or those of ``document``; None where the language does not take it."""
        program = self.program if document is None else self.read(document)
        if program is None:
            return None
        programs = programs_of(program, self.rollout)
        if not self.defaults:
            return programs
        more = self.read(with_implied(document or self.document, self.defaults))
        return programs if more is None else replace(programs, required=programs_of(more, self.rollout).written)


def exempted(sources: Sources, mending: Mending, requested: Request, until: date) -> Mending:
    """``mending``, which is refused, with the smallest exemption that was found and proven for it."""
    refusing = {(each.policy, each.choice) for each in mending.objections if each.policy and each.control}
    if not refusing:
        return mending
    if len(refusing) > 1 and any(not choice for _, choice in refusing):
        return mending
    nearest = sorted(refusing, key=lambda owner: (sum(each.policy == owner[0] for each in mending.objections), owner))
    narrowest: Exempting | None = None
    for owner in nearest:
        exempting = _exempting(sources, mending, requested, until, *owner)
        if exempting is not None and (narrowest is None or len(exempting.taken_out) < len(narrowest.taken_out)):
            narrowest = exempting
        if narrowest is not None and not narrowest.taken_out:
            break
    return mending if narrowest is None else replace(mending, exempting=narrowest)


def _exempting(
    sources: Sources, mending: Mending, requested: Request, until: date, parent: str, choice: str
) -> Exempting | None:
    written = next((policy for policy in sources.document.policies if policy.name.text == parent), None)
    if written is None:
        return None
    request = request_of(requested, mending.manifest, normalise(mending.manifest.pod))
    plan = _Plan(sources, written, choice, _free_name(sources.document, parent, mending), request, until)
    answer = _parts(plan, mending, requested)
    if answer is None:
        return None
    parts, met = answer
    document = plan.document(parts)
    program, after = sources.read(document), _after(plan, parts, mending, requested)
    controls = frozenset(part.control for part in parts)
    if program is None or after is None or not proven(sources.program, program, request, controls):
        return None
    if not literal_alone(policy_named(sources.program, parent), policy_named(program, plan.name)):
        return None
    added = plan.beside(parts)
    beside = "\n\n".join(map(print_policy, added))
    undated = bool(choice) and not all(part.exemption is not None for part in parts)
    shared = request.service_account == "default"
    text = print_document(document)
    known = {each.control for each in mending.objections}
    also = tuple(each for each in met if each.control not in known)
    return Exempting(
        parent,
        beside,
        plan.line,
        choice,
        plan.account,
        shared=shared,
        until=until.isoformat(),
        undated=undated,
        source=text,
        settings=after.settings,
        also=also,
        taken_out=tuple(part.control for part in parts if part.takes_out),
        controls=controls,
        added=added,
    )


# --- the policies beside -----------------------------------------------------------


@frozen
class _Part:
    """What the policy beside is wider in about ``control``: an exemption of containers, another statement, or none."""

    control: str
    exemption: ast.Exemption | None = None
    statement: ast.Statement | None = None

    @property
    def takes_out(self) -> bool:
        """Whether the policy beside says nothing about the control any more."""
        return self.exemption is None and self.statement is None


@frozen
class _Plan:
    """How the program changes for a workload, whose pods ``request`` asks for: the policy ``name`` beside ``parent``."""

    sources: Sources
    parent: ast.Policy
    choice: str
    name: str
    request: Request
    until: date

    @property
    def account(self) -> str:
        """The service account of the workload's pods."""
        return account_of(self.request)

    @property
    def _namespaces(self) -> tuple[ast.Value, ...]:
        return (_literal(self.request.namespace),)

    def beside(self, parts: tuple[_Part, ...]) -> tuple[ast.Policy, ...]:
        """The policies that are added. They have their parent's exemptions, which are not inherited, so nobody is judged more."""
        without = tuple(_name(part.control) for part in parts if part.takes_out)
        wider = ast.Policy(
            _name(self.name),
            "",
            tuple(part.statement for part in parts if part.statement is not None),
            _NOWHERE,
            _name(self.parent.name.text),
            () if self.choice else (ast.Scope(False, self._namespaces, _NOWHERE),),
            exemptions=(*self.parent.exemptions, *(part.exemption for part in parts if part.exemption is not None)),
            without=(ast.Without(without, _NOWHERE),) if without else (),
        )
        if self.choice:
            return (wider,)
        who = (ast.Exempted("serviceaccounts", (_literal(self.account),), _NOWHERE),)
        exemption = ast.Exemption(who, _NOWHERE, (), _BECAUSE, _value(self.until.isoformat()))
        others = replace(
            wider,
            name=_name(f"{self.name}-others"),
            statements=(),
            without=(),
            exemptions=(*self.parent.exemptions, exemption),
        )
        return others, wider

    @property
    def _grant(self) -> ast.Grant:
        who = (ast.Subject("serviceaccounts", (_literal(self.account),), _NOWHERE),)
        return ast.Grant(_name(self.name), who, _NOWHERE, self._namespaces)

    @property
    def line(self) -> str:
        """What the parent, or the choice, gets."""
        return print_grant(self._grant) if self.choice else f"except namespaces {print_value(*self._namespaces)}"

    def document(self, parts: tuple[_Part, ...]) -> ast.Document:
        """The sources with the policies beside, and with what sends the account's pods to the wider one."""
        document = self.sources.document
        left = replace(self.parent, scopes=(*self.parent.scopes, ast.Scope(True, self._namespaces, _NOWHERE)))
        policies = tuple(left if each is self.parent and not self.choice else each for each in document.policies)
        names = [choice.name for choice in self.sources.program.choices]
        choices = tuple(
            replace(each, grants=(*each.grants, self._grant)) if name == self.choice else each
            for name, each in zip(names, document.choices, strict=True)
        )
        return replace(document, policies=(*policies, *self.beside(parts)), choices=choices)


def _parts(plan: _Plan, mending: Mending, requested: Request) -> tuple[tuple[_Part, ...], tuple[Objection, ...]] | None:
    """The narrowest parts that the search finds and that admit the workload, and the objections that they answer.

    None where none do.
    """
    parts: tuple[_Part, ...] = ()
    met: tuple[Objection, ...] = ()
    while (after := _after(plan, parts, mending, requested)) is not None:
        if after.outcome != "refused":
            return parts, met
        about = [each for each in after.objections if each.policy == plan.name]
        control = about[0].control if about else ""
        if not control or any(part.control == control for part in parts):
            return None
        mine = tuple(each for each in about if each.control == control)
        part = _narrowest(plan, parts, control, mine, mending, requested)
        if part is None:
            return None
        parts, met = (*parts, part), (*met, *mine)
    return None


def _answers(plan: _Plan, parts: tuple[_Part, ...], part: _Part, mending: Mending, requested: Request) -> bool:
    """Whether with ``part`` beside ``parts`` the wider policy no longer refuses the workload by its control."""
    after = _after(plan, (*parts, part), mending, requested)
    return after is not None and (plan.name, part.control) not in {(e.policy, e.control) for e in after.objections}


def _after(plan: _Plan, parts: tuple[_Part, ...], mending: Mending, requested: Request) -> Mending | None:
    """What becomes of the workload with ``parts``; None where the language does not take such a program."""
    programs = plan.sources.programs(plan.document(parts))
    return None if programs is None else mending_of(programs, requested, mending.manifest)


def _narrowest(
    plan: _Plan,
    parts: tuple[_Part, ...],
    control: str,
    about: Sequence[Objection],
    mending: Mending,
    requested: Request,
) -> _Part | None:
    """The narrowest part that answers ``about``, which object by ``control``: another statement, containers, or no statement."""

    def answers(part: _Part) -> bool:
        return _answers(plan, parts, part, mending, requested)

    statement = _statement(plan.sources.document, plan.parent, control)
    wider = None if statement is None else _wider(replace(statement, comment="", beside=""), about, answers)
    if wider is not None:
        return wider
    images = _images(mending, about)
    if images:
        who = (ast.Exempted("images", images, _NOWHERE),)
        until = _value(plan.until.isoformat())
        exempt = _Part(control, exemption=ast.Exemption(who, _NOWHERE, (_name(control),), _BECAUSE, until))
        if answers(exempt):
            return exempt
    without = _Part(control)
    return without if answers(without) else None


def _wider(statement: ast.Statement, about: Sequence[Objection], answers: Callable[[_Part], bool]) -> _Part | None:
    """``statement`` with the fewest of the workload's values that answer ``about``. They are read-only if that is enough.

    None where none do.
    """
    control = statement.controls[0].text

    def part(values: Sequence[ast.Value]) -> _Part | None:
        changed = _with_values(statement, tuple(values))
        return None if changed is None else _Part(control, statement=changed)

    def enough(values: Sequence[ast.Value]) -> bool:
        wider = part(values) if values else None
        return wider is not None and answers(wider)

    values = tuple(dict.fromkeys(value for each in about for value in _own_values(each.value)))
    if not enough(values):
        return None
    kept = list(fewest(values, enough))
    for index, value in enumerate(kept):
        narrower = [*kept[:index], replace(value, qualifier="read-only"), *kept[index + 1 :]]
        if enough(narrower):
            kept = narrower
    return part(kept)


def _statement(document: ast.Document, policy: ast.Policy, control: str) -> ast.Statement | None:
    """The rule about ``control`` that ``policy`` has or inherits, and that refuses pods.

    None if the document and the library have none, and if there are several, because a statement replaces one of them.
    """
    rules = [
        rule
        for rule in rules_of(document, policy)
        if rule.verb != "default" and rule.controls[0].text == control and rule.mode in (None, "enforce")
    ]
    return rules[0] if len(rules) == 1 else None


def _with_values(statement: ast.Statement, values: tuple[ast.Value, ...]) -> ast.Statement | None:
    """``statement`` so that it lets ``values`` in, too; None where that cannot be said by it."""
    if statement.manner:
        return None
    if statement.verb == "deny":
        named = {value.text for value in values}
        kept = tuple(value for value in statement.values if value.text not in named or _is_pattern(value))
        if not statement.values:
            return replace(statement, verb="allow", values=values)
        return replace(statement, values=kept) if kept and len(kept) < len(statement.values) else None
    return replace(statement, values=(*statement.values, *values)) if statement.values else None


def _own_values(value: object) -> Iterator[ast.Value]:
    """A pod's value as literal values of the language; nothing for what is none: a boolean, an object."""
    match value:
        case bool():
            return
        case int():
            yield _value(str(value))
        case str():
            yield _literal(value)
        case list():
            for each in value:
                yield from _own_values(each)
        case _:
            return


def _literal(text: str) -> ast.Value:
    """``text`` as a value that means just itself: quoted where a bare word would be a wildcard, a number or a truth value."""
    value = literal(text, _NOWHERE)
    return replace(value, quoted=value.quoted or text[:1].isdigit() or text in ("true", "false"))


def _is_pattern(value: ast.Value) -> bool:
    return not value.quoted and value.text.endswith("*")


def _images(mending: Mending, about: Sequence[Objection]) -> tuple[ast.Value, ...]:
    """The images of the containers that ``about`` object to; empty where one is not about a container, or has no image."""
    spec = as_object(mending.manifest.pod.get("spec"))
    images: dict[str, None] = {}
    for each in about:
        named = [
            as_object(item).get("image")
            for kind in CONTAINER_LISTS
            for item in as_list(spec.get(kind))
            if each.container and as_object(item).get("name") == each.container
        ]
        if not named or not all(isinstance(image, str) and image for image in named):
            return ()
        images |= dict.fromkeys(map(str, named))
    return tuple(ast.Value(image, _NOWHERE, quoted=True) for image in images)


def _free_name(document: ast.Document, parent: str, mending: Mending) -> str:
    taken = {policy.name.text for policy in document.policies}
    base = f"{parent}-{mending.namespace}-{mending.manifest.name or mending.manifest.kind.lower()}"[:240]
    names = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def _name(text: str) -> ast.Name:
    return ast.Name(text, _NOWHERE)


def _value(text: str) -> ast.Value:
    return ast.Value(text, _NOWHERE)
