"""Warnings of ``pscc check`` about statements that say less than they seem to. Each shows a pod where there can be one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from pscc import ir
from pscc.base.source import Span
from pscc.controls import control_of
from pscc.controls._base import Control, Unset, check_of
from pscc.controls._shapes import CONTAINERS
from pscc.controls._values import Words
from pscc.diagnostics import Diagnostic, Replacement
from pscc.ir.access import EVERYWHERE, Request, Subjects, requested_by
from pscc.ir.passes import everywhere
from pscc.language import ast
from pscc.language.printer import print_statement
from pscc.meaning.inheritance import single
from pscc.meaning.scoping import glob, names_of, subjects_of
from pscc.reasoning.difference.compare import compare_admitted
from pscc.reference import interpreter
from pscc.reference.side_by_side import CONTROLLERS, MANAGER, controllers, through_controllers

_ANYBODY = "\0"
"""The name of a user, a service account or a namespace that nobody means: none has this character."""
_SEPARATORS = ("/", ":", "@")
"""What ends a part of an image's name. Source: ``github.com/distribution/reference``."""


def traps(document: ast.Document, program: ir.Program) -> Iterator[Diagnostic]:
    """The warnings about ``document``, whose meaning is ``program``."""
    resolved = [*program.policies, *(policy for choice in program.choices for policy in choice.policies)]
    by_place = {(policy.span, check.span): (policy, check) for policy in resolved for check in policy.checks}
    by_statement = {check.span: (policy, check) for policy in resolved for check in policy.checks}
    for policy in document.policies:
        for statement in single(policy):
            yield from _unusual_names(statement)
            yield from _denies_one_word(statement)
            held = by_place.get((policy.span, statement.span))
            if policy.abstract:
                held = by_statement.get(statement.span)
            if held is not None:
                yield from _unset_is_allowed(statement, *held)
                yield from _passes_containers_over(statement, *held)
        meant = next(
            (resolved_policy for resolved_policy in program.policies if resolved_policy.span == policy.span), None
        )
        for exemption in policy.exemptions:
            yield from _exempts_too_many(exemption, meant)
    yield from _parents_beside_a_choice(document, program)


def warn(code: str, message: str, span: Span, help: str, *notes: str) -> Diagnostic:
    """A warning at ``span``, whose ``notes`` are about no place."""
    return Diagnostic(code, message, span, "warning", notes=tuple((None, note) for note in notes), help=help)


def shown(pod: object) -> str:
    """The spec of ``pod`` in one line of JSON."""
    spec = pod.get("spec") if isinstance(pod, Mapping) else None
    return json.dumps({"spec": spec}, ensure_ascii=False)


# --- statements -------------------------------------------------------------------


def _unusual_names(statement: ast.Statement) -> Iterator[Diagnostic]:
    """A warning for each value that is a name which Kubernetes does not know, though it takes any."""
    kind = control_of(statement.controls[0].text).values
    if not isinstance(kind, Words) or not kind.usual:
        return
    for value in statement.values:
        suggestion = kind.unusual(value)
        if suggestion is None:
            continue
        message = f"`{value.text}` is not {kind.noun} as Kubernetes spells it"
        help = f"did you mean `{suggestion}`?" if suggestion else f"known: {', '.join(kind.usual)}"
        fixes = (Replacement(value.span, suggestion),) if suggestion else ()
        yield replace(warn("LNG082", message, value.span, help), fixes=fixes)


def _denies_one_word(statement: ast.Statement) -> Iterator[Diagnostic]:
    """A warning for a deny list with the word for all values alone: it refuses only that word, and not the other values."""
    name = statement.controls[0].text
    kind = control_of(name).values
    if statement.verb != "deny" or not isinstance(kind, Words) or not kind.every:
        return
    if [value.text for value in statement.values] == [kind.every]:
        other = next(word for word in kind.usual if word != kind.every)
        message = f"this refuses the one word `{kind.every}`: a container that lists `{other}` is admitted"
        yield warn("LNG092", message, statement.values[0].span, f"to refuse every one, write `deny {name} *`")


def _unset_is_allowed(statement: ast.Statement, policy: ir.Policy, check: ir.Check) -> Iterator[Diagnostic]:
    """A warning if a statement admits pods that leave the field unset, and these get the value that it refuses."""
    control = control_of(statement.controls[0].text)
    # what it widens is warned of where it stands
    if control.unset is None or statement.verb not in ("allow", "deny") or statement.manner:
        return
    alone = replace(policy, checks=(check,), defaults=())
    if interpreter.check(alone, dict(control.unset.pod)).allowed:
        return
    plain = replace(everywhere(policy), mode="enforce")
    strict = replace(plain, checks=(*plain.checks, _refuses_unset(control, control.unset)))
    witness = next(iter(compare_admitted(ir.Program((strict,)), ir.Program((plain,))).looser), None)
    if witness is None:
        return
    message = f"a pod that does not set {control.id} is admitted, and {control.unset.happens}"
    yield warn(
        "LNG083",
        message,
        statement.span,
        f"write `{_required(statement, control)}`",
        f"this pod is admitted: {shown(witness.pod)}",
    )


def _passes_containers_over(statement: ast.Statement, policy: ir.Policy, check: ir.Check) -> Iterator[Diagnostic]:
    """A warning for ``on pod`` alone, with a pod that is admitted although a container says something else."""
    control = control_of(statement.controls[0].text)
    takes = statement.manner or ("values" if statement.values else "nothing")
    if statement.on != "pod":
        return
    both = next(s for s in control.shapes if (s.verb, s.takes, s.on) == (statement.verb, takes, "pod and containers"))
    plain = replace(everywhere(policy), mode="enforce", defaults=())
    strict = check_of(control, both, check.params, check.span, "", check.statement)
    stricter = replace(plain, checks=(*plain.checks, strict))
    witness = next(iter(compare_admitted(ir.Program((stricter,)), ir.Program((plain,))).looser), None)
    if witness is not None:
        message = f"`on pod` looks at no container: one with a {control.id} of its own is admitted, whatever it says"
        help = f"write `{print_statement(replace(statement, on='pod and containers'))}`"
        yield warn("LNG098", message, statement.span, help, f"this pod is admitted: {shown(witness.pod)}")


def _required(statement: ast.Statement, control: Control) -> str:
    """The ``require`` to write for ``statement``."""
    if statement.verb == "deny":
        return control.example
    return print_statement(replace(statement, verb="require"))


def _refuses_unset(control: Control, unset: Unset) -> ir.Check:
    """A check that refuses pods which leave the field of ``control`` open."""
    each = CONTAINERS if unset.site == "containers" else ()
    requirement = ir.Requirement(each, unset.is_set, ("not set",), ir.Const(False), name="is_set")
    return ir.Check(control.id, "IsSet", "", "", (requirement,), (), Span("", 1, 1, 1, 1))


# --- exemptions ---------------------------------------------------------------------


def _exempts_too_many(exemption: ast.Exemption, policy: ir.Policy | None) -> Iterator[Diagnostic]:
    """A warning for each name of an ``exemption`` of ``policy`` that exempts more than it seems to."""
    for exempted in exemption.exempted:
        for value in exempted.values:
            match exempted.kind:
                case "images" if glob(value) and not _names_an_image(value.text[:-1]):
                    yield _open_image(value)
                case "users" | "groups" | "serviceaccounts":
                    who = subjects_of({exempted.kind: names_of((value,))})
                    if everyone := _everyone(who):
                        message = f"`{exempted.kind} {value.text}` exempts {everyone}"
                        yield warn("LNG084", message, value.span, "name those who need it")
                    elif policy is not None and (kinds := through_controllers((who,), policy.scope)):
                        yield _exempt_by_their_controllers(
                            f"{exempted.kind} {value.text}", value.span, who, policy, kinds
                        )


def _exempt_by_their_controllers(
    named: str, span: Span, who: Subjects, policy: ir.Policy, kinds: tuple[str, ...]
) -> Diagnostic:
    """The warning that ``who`` includes the controllers of ``kinds``, so that ``policy`` judges none of their pods."""
    every = "workload" if len(kinds) == len(CONTROLLERS) else " and every ".join(kinds)
    where = "in every namespace" if policy.scope == EVERYWHERE else "wherever the policy holds"
    message = f"`{named}` exempts the pods of every {every} {where}: their controllers ask for them"
    help = (
        "name the service accounts of the pods that need it, `exempt serviceaccounts NAMESPACE/NAME …`, or their namespaces, "
        "`except namespaces …`"
    )
    if not any(who.include(identity) for _, identity in controllers() if identity.user != MANAGER):
        note = "so it is where kube-controller-manager runs without --use-service-account-credentials"
        return warn("LNG091", message, span, help, note)
    judging = replace(everywhere(policy), mode="enforce")
    refused = compare_admitted(ir.Program((judging,)), ir.Program((replace(judging, checks=(), defaults=()),))).looser
    kind = "Deployment" if "Deployment" in kinds else kinds[0]
    notes = [f"as the pod of a {kind}, this one is exempt: {shown(witness.pod)}" for witness in refused[:1]]
    return warn("LNG091", message, span, help, *notes)


def _names_an_image(start: str) -> bool:
    """Whether all images that begin with ``start`` are in one registry or folder, or are tags of one image."""
    return start.endswith(_SEPARATORS) or ":" in start.rpartition("/")[2]


def _open_image(value: ast.Value) -> Diagnostic:
    start = value.text[:-1]
    image = (
        f"{start}-of-another/app" if "/" in start else f"{start}.another.example/app" if start else "any.example/app"
    )
    help = f"write `{start}/*`" if start else "name the registry: `exempt images REGISTRY/*`"
    message = f"`{value.text}` covers images of others, too"
    pod = shown({"spec": {"containers": [{"name": "main", "image": image}]}})
    return warn("LNG084", message, value.span, help, f"this pod is exempt: {pod}")


def _everyone(who: Subjects) -> str:
    """``everyone`` if ``who`` includes all users, ``every service account`` if it includes all of these, else empty."""
    account, user = Request(_ANYBODY, _ANYBODY, requested_by(_ANYBODY, ()), _ANYBODY).identities
    if who.include(user):
        return "everyone"
    return "every service account" if who.include(account) else ""


# --- parents ------------------------------------------------------------------------


def _parents_beside_a_choice(document: ast.Document, program: ir.Program) -> Iterator[Diagnostic]:
    """A warning for each policy that a policy of a choice extends, and that holds beside the choice."""
    beside = {policy.name: policy for policy in program.policies if policy.mode == "enforce"}
    chosen = {policy.name: policy for choice in program.choices for policy in choice.policies}
    extends = {policy.name.text: policy.extends.text for policy in document.policies if policy.extends}
    for policy in document.policies:
        parent = beside.get(policy.name.text)
        child = next((name for name in chosen if policy.name.text in _above(name, extends)), None)
        if parent is None or child is None:
            continue
        others = (ir.Program((everywhere(policy),)) for policy in chosen.values())
        looser = (compare_admitted(ir.Program((everywhere(parent),)), other).looser for other in others)
        witness = next((witnesses[0] for witnesses in looser if witnesses), None)
        message = f"{parent.name} holds everywhere, beside the choice among {', '.join(chosen)}"
        help = f"if it is only there to be extended, write `abstract policy {parent.name}`; else grant it in the choice"
        notes: list[tuple[Span | None, str]] = [(None, f"{child} extends it, and is chosen by itself")]
        if witness is not None:
            notes.append((None, f"{parent.name} refuses this pod, which the choice may admit: {shown(witness.pod)}"))
        yield Diagnostic("LNG085", message, policy.name.span, "warning", notes=tuple(notes), help=help)


def _above(name: str, extends: Mapping[str, str]) -> Iterator[str]:
    """The names of the policies that the policy ``name`` extends, over any number of steps."""
    while name in extends:
        name = extends[name]
        yield name
