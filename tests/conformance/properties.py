"""What any right meaning of a program has, whoever says it: changes of a source whose effect is known without an interpreter.

PSP's code cannot judge what the language adds to it. These relations can, on the interpreter and on every engine alike.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from conformance.jsonl import Json
from conformance.space.meaning import Word
from conformance.space.requests import Asked
from conformance.space.sources import Source, read
from pscc import ir
from pscc.base.source import Span
from pscc.diagnostics import Report, SourceError
from pscc.language import ast
from pscc.language.printer import print_document
from pscc.meaning.inheritance import flatten
from pscc.meaning.linking import Family
from pscc.pod.fields import CONTAINER_LISTS

Judge = Callable[[Source, Sequence[Asked]], list[Word]]
"""Who says what of requests: the interpreter, or an engine on the output of a compile."""
_SPAN = Span("property.psp", 1, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class Case:
    """Two programs, and for each request to the first one to the second; ``holds`` of the words on both.

    ``name`` says which property it is.
    """

    name: str
    before: Source
    after: Source
    requests: tuple[tuple[Asked, Asked], ...]
    holds: Callable[[Word, Word], bool]


def never_denies_more(before: Word, after: Word) -> bool:
    """What was admitted is admitted."""
    return after.allowed or not before.allowed


def says_the_same(before: Word, after: Word) -> bool:
    """The same messages, which do the same."""
    return before.says == after.says


def says_the_same_of_its_lists(before: Word, after: Word) -> bool:
    """The same messages. Where the defaults of two policies have added to one list in another order, the findings about its
    elements come in that order, so theirs is left aside."""
    return before.says == after.says if before.pod == after.pod else _findings(before) == _findings(after)


def _findings(word: Word) -> list[tuple[str, list[str]]]:
    return sorted((action, sorted(re.split(r"; | \(", text))) for action, text in word.says)


def decides_the_same(before: Word, after: Word) -> bool:
    """The same verdict, whatever the words."""
    return before.allowed is after.allowed


def cases(rng: random.Random, source: Source, asked: Sequence[Asked]) -> Iterator[Case]:
    """One case of each property that can be put to ``source``."""
    same = tuple((request, request) for request in asked)
    for name, changed, holds in (
        ("an exemption never denies more", _with_exemption(rng, source), never_denies_more),
        ("a narrower scope never denies more", _narrower(rng, source), never_denies_more),
        ("a milder mode never denies more", _milder(source), never_denies_more),
        ("one more policy in a choice never denies more", _wider_choice(source), never_denies_more),
        ("the order of statements and policies decides nothing", _shuffled(rng, source), says_the_same_of_its_lists),
        ("extends equals the policy written out", _written_out(source), says_the_same),
    ):
        after = _source(changed, source.used) if changed is not None else None
        if after is not None:
            yield Case(name, source, after, same, holds)
    pods = tuple((request, _reordered(rng, request)) for request in asked if request.kind == "Pod")
    yield Case("the order of containers and keys decides nothing", source, source, pods, decides_the_same)
    if (renamed := _renamed_source(source)) is not None:
        both = tuple((request, _renamed(request)) for request in asked)
        yield Case("a consistent renaming changes nothing", source, renamed, both, _same_but_for_names)
    if (only := _container_checks(source)) is not None:
        without = tuple(
            (_exempting_the_last(request), _without_the_last(request)) for request in asked if _has_several(request)
        )
        if without:
            name = "an exempt container's pod fares as the pod without that container"
            yield Case(name, only, only, without, says_the_same)


def violated(case: Case, judge: Judge) -> Iterator[tuple[Asked, Word, Word]]:
    """The requests for which the property does not hold, with what is said before and after."""
    before = judge(case.before, [first_request for first_request, _ in case.requests])
    after = judge(case.after, [second_request for _, second_request in case.requests])
    for (asked, _), first, second in zip(case.requests, before, after, strict=True):
        if not case.holds(first, second):
            yield asked, first, second


def _source(document: ast.Document, used: str) -> Source | None:
    text = print_document(document)
    try:
        tree, program = read(text, used)
    except SourceError:
        return None
    return Source(text, used, tree, program)


# --- changes of the source --------------------------------------------------------


def _changes_pods(source: Source) -> bool:
    """Whether a default may make a pod pass, so that less of a policy may deny more."""
    members = (policy for choice in source.program.choices for policy in choice.policies)
    return any(policy.defaults for policy in (*source.program.policies, *members))


def _plain(source: Source) -> list[ast.Policy]:
    """The policies outside every choice."""
    chosen = {grant.policy.text for choice in source.document.choices for grant in choice.grants}
    return [policy for policy in source.document.policies if policy.name.text not in chosen]


def _with(source: Source, old: ast.Policy, new: ast.Policy) -> ast.Document:
    policies = tuple(new if policy is old else policy for policy in source.document.policies)
    return replace(source.document, policies=policies)


def _value(text: str, quoted: bool = True) -> ast.Value:
    return ast.Value(text, _SPAN, quoted)


def _with_exemption(rng: random.Random, source: Source) -> ast.Document | None:
    """Of those who ask in a policy outside choices, or of containers in any."""
    plain = _plain(source)
    if _changes_pods(source) or not plain:
        return None
    policy = rng.choice(plain)
    kind, value = rng.choice((
        ("users", _value("alice")), ("groups", _value("system:authenticated")), ("serviceaccounts", _value("team-a/robot")),
        ("serviceaccounts", _value("kube-*", quoted=False)), ("containers", _value("main")),
        ("images", _value("registry.example/*", quoted=False)), ("images", _value("app:1")),
    ))  # fmt: skip
    exemption = ast.Exemption((ast.Exempted(kind, (value,), _SPAN),), _SPAN, because="a reason")  # type: ignore[arg-type]
    return _with(source, policy, replace(policy, exemptions=(*policy.exemptions, exemption)))


def _narrower(rng: random.Random, source: Source) -> ast.Document | None:
    plain = _plain(source)
    if _changes_pods(source) or not plain:
        return None
    policy = rng.choice(plain)
    value = rng.choice((_value("prod"), _value("team-*", quoted=False), ast.Value("edge", _SPAN, key="tier")))
    return _with(source, policy, replace(policy, scopes=(*policy.scopes, ast.Scope(True, (value,), _SPAN))))


def _milder(source: Source) -> ast.Document | None:
    modes: dict[ast.Mode | None, ast.Mode] = {None: "warn", "enforce": "warn", "warn": "audit", "audit": "audit"}
    policies = tuple(
        replace(policy, mode=modes[policy.mode]) if policy in _plain(source) else policy
        for policy in source.document.policies
    )
    choices = tuple(replace(choice, mode=modes[choice.mode]) for choice in source.document.choices)
    return replace(source.document, policies=policies, choices=choices)


def _wider_choice(source: Source) -> ast.Document | None:
    if not source.document.choices or _changes_pods(source):
        return None
    name = ast.Name("one-more", _SPAN)
    statement = ast.Statement("deny", (ast.Name("hostIPC", _SPAN), ast.Name("hostPID", _SPAN)), _SPAN)
    grant = ast.Grant(name, (ast.Subject("everyone", (), _SPAN),), _SPAN)
    first, *others = source.document.choices
    return replace(
        source.document,
        policies=(*source.document.policies, ast.Policy(name, "", (statement,), _SPAN)),
        choices=(replace(first, grants=(*first.grants, grant)), *others),
    )


def _shuffled(rng: random.Random, source: Source) -> ast.Document:
    def mixed(things: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(rng.sample(things, len(things)))

    policies = tuple(
        replace(p, statements=mixed(p.statements), scopes=mixed(p.scopes), exemptions=mixed(p.exemptions))
        for p in mixed(source.document.policies)
    )
    return replace(source.document, policies=policies)


def _written_out(source: Source) -> ast.Document | None:
    """Each policy with all statements that it takes over in place of its ``extends``."""
    if source.used or not any(policy.extends for policy in source.document.policies):
        return None
    family = Family(source.document.policies)
    policies = tuple(
        replace(p, extends=None, without=(), statements=tuple(s for s, _ in flatten(p, family, Report()).statements))
        for p in source.document.policies
    )
    return replace(source.document, policies=policies)


# --- changes of the request ---------------------------------------------------------


def _reordered(rng: random.Random, asked: Asked) -> Asked:
    pod = _keys_backwards(asked.pod)
    old = _keys_backwards(asked.old) if asked.old is not None else None
    for kind in CONTAINER_LISTS:
        listed = pod["spec"].get(kind) or []
        order = rng.sample(range(len(listed)), len(listed))
        for changed in (pod, old) if old is not None and len(old["spec"].get(kind) or []) == len(listed) else (pod,):
            if listed:
                changed["spec"][kind] = [changed["spec"][kind][at] for at in order]
    return replace(asked, object=pod, pod=pod, old=old)


def _keys_backwards(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _keys_backwards(value[key]) for key in reversed(value)}
    return [_keys_backwards(element) for element in value] if isinstance(value, list) else value


_NEW_NAMES = {"registry.example": "mirror.invalid", "alice": "zelda", "prod": "qa"}
"""An image's registry, a user, a namespace and a value of its label: none is the beginning of another name that is drawn."""


def _put(text: str) -> str:
    for old, new in _NEW_NAMES.items():
        text = text.replace(old, new)
    return text


def _renamed_source(source: Source) -> Source | None:
    text, used = _put(source.text), _put(source.used)
    if (text, used) == (source.text, source.used):
        return None
    document, program = read(text, used)
    return Source(text, used, document, program)


def _renamed(asked: Asked) -> Asked:
    def put(thing: Json | None) -> Any:
        return json.loads(_put(json.dumps(thing)))

    who = replace(
        asked.who,
        namespace=_put(asked.who.namespace),
        user=_put(asked.who.user),
        groups=tuple(_put(group) for group in asked.who.groups),
        namespace_labels=tuple((key, _put(value)) for key, value in asked.who.namespace_labels),
    )
    return replace(asked, who=who, object=put(asked.object), pod=put(asked.pod), old=put(asked.old))


def _same_but_for_names(before: Word, after: Word) -> bool:
    return tuple(sorted((action, _put(text)) for action, text in before.says)) == after.says


_EXEMPT = "mirror.invalid/exempt"


def _container_checks(source: Source) -> Source | None:
    """``source`` with just what looks at one container after the other, from which one image is exempt; None without such.

    A policy that adds to a pod, or a choice, may say more of one pod than of the other.
    """
    if _changes_pods(source) or source.document.choices:
        return None
    shapes = {check.span for policy in source.program.policies for check in policy.checks if _of_one_container(check)}
    exemption = ast.Exemption((ast.Exempted("images", (_value(_EXEMPT),), _SPAN),), _SPAN, because="a property")
    policies = []
    for policy in source.document.policies:
        kept = tuple(s for s in policy.statements if len(s.controls) == 1 and s.span in shapes)
        if kept:
            alone = replace(policy, statements=kept, extends=None, without=())
            policies.append(replace(alone, exemptions=(*_of_requests(policy), exemption)))
    return _source(replace(source.document, policies=tuple(policies), uses=()), "") if policies else None


def _of_requests(policy: ast.Policy) -> tuple[ast.Exemption, ...]:
    return tuple(exemption for exemption in policy.exemptions if not exemption.controls)


def _of_one_container(check: ir.Check) -> bool:
    """Whether each requirement is about a container by itself, and no other container or volume is looked at."""
    return all(
        requirement.each[:1] and isinstance(requirement.each[0].items, ir.Containers) and _below_it(requirement)
        for requirement in check.requirements
    )


def _below_it(requirement: ir.Requirement) -> bool:
    return not any(_walks_containers(node) for node in (requirement.when, requirement.must, requirement.each[1:]))


def _walks_containers(node: object) -> bool:
    from dataclasses import fields, is_dataclass

    if isinstance(node, ir.Containers):
        return True
    if isinstance(node, tuple):
        return any(_walks_containers(element) for element in node)
    return is_dataclass(node) and any(_walks_containers(getattr(node, f.name)) for f in fields(node))


def _has_several(asked: Asked) -> bool:
    return asked.kind == "Pod" and asked.operation == "CREATE" and len(asked.pod["spec"]["containers"]) > 1


def _without_the_last(asked: Asked) -> Asked:
    pod: Json = json.loads(json.dumps(asked.pod))
    pod["spec"]["containers"] = pod["spec"]["containers"][:-1]
    return replace(asked, object=pod, pod=pod)


def _exempting_the_last(asked: Asked) -> Asked:
    """``asked`` with the exempt image in the container that the other pod lacks."""
    pod: Json = json.loads(json.dumps(asked.pod))
    pod["spec"]["containers"][-1]["image"] = _EXEMPT
    return replace(asked, object=pod, pod=pod)
