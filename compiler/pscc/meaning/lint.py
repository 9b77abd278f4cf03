"""The warnings that ``pscc check`` adds for sources in the language: no errors, but probably mistakes.

Each is decided on pods (by the interpreter, or by `difference`), not by how statements look.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from pscc import ir
from pscc.base.source import Span
from pscc.controls import control_of
from pscc.controls._base import ValueKind
from pscc.diagnostics import Diagnostic, Report
from pscc.ir.access import EVERYWHERE, Exemption
from pscc.ir.passes import display, everywhere
from pscc.language import ast
from pscc.meaning.scoping import glob, scope_of
from pscc.meaning.traps import traps
from pscc.reasoning.contradictions import refused_defaults
from pscc.reasoning.difference.compare import compare_admitted
from pscc.reasoning.refused_changes import RefusedChange, refused_changes
from pscc.reasoning.subsumption import grants_all_of

_NOWHERE = Span("", 1, 1, 1, 1)


def lint(document: ast.Document, program: ir.Program, replacing: frozenset[Span] = frozenset()) -> Iterator[Diagnostic]:
    """The warnings about ``document``, whose meaning is ``program``. Policies of other files get none.

    ``replacing`` are the places of statements that replace a parent's: without one, the parent's would hold.
    """
    own = {policy.span.file for policy in document.policies}
    for policy in document.policies:
        for statement in policy.statements:
            yield from _subsumed_values(statement)
            yield from _literal_stars(statement.values, control_of(statement.controls[0].text).values)
        for exemption in policy.exemptions:
            for exempted in exemption.exempted:
                yield from _literal_stars(exempted.values)
        yield from _holds_nowhere(policy)
        yield from _subsumed_names(policy)
        yield from _covered_exemptions(policy)
    for choice in document.choices:
        for grant in choice.grants:
            yield from _subsumed(grant.namespaces)
            for subject in grant.subjects:
                yield from _subsumed(subject.values)
                yield from _literal_stars(subject.values)
    for chosen in program.choices:
        yield from _covered_grants(chosen)
    for resolved in program.policies:
        yield from _defaults_refused(resolved, own)
        if _admits_nothing(resolved):
            help = (
                "its statements contradict each other: change one; if no pod is meant, `deny pods` says so at a glance"
            )
            yield _warn("LNG063", f"policy {resolved.name} admits no pod at all", resolved.span, help)
        else:
            yield from _without_effect(resolved, own, replacing)
            yield from _reports_what_is_refused(resolved, program, own)
        yield from _needless_exemptions(resolved)
    yield from _undone(document, program)
    yield from traps(document, program)


def refused(program: ir.Program) -> Iterator[Diagnostic]:
    """A warning for each default that makes pods which the API server refuses, of whatever source.

    Policies inherit defaults: the first that has it is named.
    """
    policies = (*program.policies, *(policy for choice in program.choices for policy in choice.policies))
    by_place: dict[Span, list[RefusedChange]] = {}
    for change in (change for policy in policies for change in refused_changes(policy) if change.admitted):
        by_place.setdefault(change.default.span, []).append(change)
    for span, changes in by_place.items():
        message = f"{changes[0].policy.name} admits pods that the API server refuses once this default is set"
        notes = tuple((None, text) for text in dict.fromkeys(change.refusal.message for change in changes))
        yield Diagnostic(
            "POD006", message, span, "warning", notes=notes, help="deny these pods, or leave the default out"
        )


def weaker(program: ir.Program, floor: ir.Program, name: str) -> Iterator[Diagnostic]:
    """An error for each control in which ``program`` admits a pod that ``floor``, called ``name``, refuses."""
    difference = compare_admitted(floor, program)
    span = next((policy.span for policy in program.policies), None)
    for witness in difference.looser:
        message = f"weaker than {name} in {witness.control}"
        note = (None, f"it admits a pod of which {name} says: {witness.reasons[0].message}")
        help = f"`pscc diff {name} SOURCE` shows the pod"
        yield Diagnostic("LNG066", message, span, notes=(note,), help=help)
    for undecided in difference.undecided:
        message = f"it is not decided whether {undecided.control} is weaker than {name}"
        yield Diagnostic("LNG066", message, span)


def _warn(code: str, message: str, span: Span, help: str, *notes: tuple[Span | None, str]) -> Diagnostic:
    return Diagnostic(code, message, span, "warning", notes=notes, help=help)


# --- values ---------------------------------------------------------------------


def _subsumed_values(statement: ast.Statement) -> Iterator[Diagnostic]:
    """Values that another value of the same statement covers."""
    if statement.manner or statement.verb == "default" or len(statement.values) < 2:
        return
    kind = control_of(statement.controls[0].text).values
    parsed = [kind.parse((value,), Report()) for value in statement.values]
    single = [params[0][1] if params else () for params in parsed]
    for at in sorted(_may_be_covered(single)):
        value = statement.values[at]
        for other, more in enumerate(statement.values):
            same = single[at] == single[other] and parsed[at] == parsed[other]
            if at != other and _covers(single[other], single[at]) and not (same and other > at):
                message = f"`{display((single[at],))}` is covered by `{display((single[other],))}`"
                yield _warn("LNG060", message, value.span, "take it out", (more.span, "this covers it"))
                break


def _may_be_covered(values: list[ir.ParamValue]) -> set[int]:
    """The places in ``values`` at which one may be covered by another; those left out are not. Linear but for sorting."""
    ranges, texts = list[tuple[ir.Range, int]](), list[tuple[str, int]]()
    others = set[int]()
    for at, value in enumerate(values):
        match value:
            case (ir.Range() as numbers,):
                ranges.append((numbers, at))
            case (str() as text,):
                texts.append((text, at))
            case _:
                others.add(at)
    ranges.sort(key=lambda entry: (entry[0].min, -entry[0].max))
    reaching = -1
    for numbers, at in ranges:
        if numbers.max <= reaching:
            others.add(at)
        reaching = max(reaching, numbers.max)
    counts = Counter(text for text, _ in texts)
    prefixes = tuple(text[:-1] for text in counts if text.endswith("*") and len(text) > 1)
    return others | {at for text, at in texts if counts[text] > 1 or text.startswith(prefixes)}


def _literal_stars(values: tuple[ast.Value, ...], kind: ValueKind | None = None) -> Iterator[Diagnostic]:
    """A warning for each quoted value that ends in ``*``: the star is literal here, and a wildcard in YAML.

    Where ``kind`` takes no such wildcard, the help is the one that it has for it.
    """
    for value in values:
        if value.quoted and value.text.endswith("*"):
            message = f"the quoted `{value.text}` matches only itself: in quotes a `*` is literal"
            bare = Report()
            if kind is not None:
                kind.parse((replace(value, quoted=False),), bare)
            help = f"write `{value.text}` without quotes if it is a wildcard"
            yield _warn("LNG070", message, value.span, next((d.help for d in bare.diagnostics if d.help), help))


def _covers(wide: ir.ParamValue, narrow: ir.ParamValue) -> bool:
    match wide, narrow:
        case (ir.Range() as a,), (ir.Range() as b,):
            return a.min <= b.min and b.max <= a.max
        case (ir.HostPathPrefix() as a,), (ir.HostPathPrefix() as b,):
            top, below = a.path.removesuffix("/"), b.path.removesuffix("/")
            return (below == top or below.startswith(f"{top}/")) and (b.read_only or not a.read_only)
        case (str() as a,), (str() as b,):
            return a == b or (a.endswith("*") and len(a) > 1 and b.startswith(a[:-1]))
        case _:
            return False


def _subsumed_names(policy: ast.Policy) -> Iterator[Diagnostic]:
    """A warning for each namespace, exempt subject and image that another name in the same list covers."""
    for inverse in (False, True):
        yield from _subsumed(tuple(v for scope in policy.scopes if scope.inverse is inverse for v in scope.values))
    for exemption in policy.exemptions:
        for kind in dict.fromkeys(exempted.kind for exempted in exemption.exempted):
            yield from _subsumed(
                tuple(v for exempted in exemption.exempted if exempted.kind == kind for v in exempted.values)
            )


def _subsumed(names: tuple[ast.Value, ...]) -> Iterator[Diagnostic]:
    first: dict[_Stem, int] = {}
    for at, name in enumerate(names):
        first.setdefault(_stem(name), at)
    for at, name in enumerate(names):
        covering = [first[stem] for stem in _spanning(name) if first.get(stem, at) != at]
        if covering:
            more = names[min(covering)]
            message = f"`{_shown(name)}` is covered by `{_shown(more)}`"
            yield _warn("LNG060", message, name.span, "take it out", (more.span, "this covers it"))


def _shown(name: ast.Value) -> str:
    return f"{name.key}={name.text}" if name.key else name.text


# --- statements -----------------------------------------------------------------


def _defaults_refused(policy: ir.Policy, own: set[str]) -> Iterator[Diagnostic]:
    """Defaults that a check of the same policy refuses on a pod that says nothing."""
    for default, reason in refused_defaults(policy):
        message = f"`{default.statement}` sets what this policy refuses: {reason.message}"
        yield _warn("LNG061", message, default.span, "set a value that is allowed", (reason.span, "refused here"))


def _admits_nothing(policy: ir.Policy) -> bool:
    alone = replace(everywhere(policy), mode="enforce")
    control = control_of("pods")
    nothing = ir.Check("pods", "DenyPods", "", "", control.shapes[0].requirements, (), _NOWHERE)
    never = replace(alone, checks=(nothing,), defaults=())
    return not compare_admitted(ir.Program((never,)), ir.Program((alone,))).looser


def _without_effect(policy: ir.Policy, own: set[str], replacing: frozenset[Span]) -> Iterator[Diagnostic]:
    """A warning for each check that has no effect: the other checks refuse the same pods. Defaults do not count.

    A check of what a default sets is still needed: on updates, and on targets that do not set the default.
    """
    whole = replace(everywhere(policy), mode="enforce", defaults=())
    for check in (check for check in whole.checks if check.span.file in own and check.span not in replacing):
        rest = replace(whole, checks=tuple(other for other in whole.checks if other is not check))
        if not _refuses_more(whole, rest):
            alone = _refuses_more(replace(whole, checks=(check,)), replace(whole, checks=()))
            yield _idle(check, alone, _stronger(whole, rest, check) if alone else None)


def _stronger(whole: ir.Policy, rest: ir.Policy, check: ir.Check) -> ir.Check | None:
    """A check of ``rest`` that by itself refuses all that ``check`` refuses; None where it takes several."""
    both = ((other, replace(whole, checks=(other,)), replace(whole, checks=(other, check))) for other in rest.checks)
    return next((other for other, alone, beside in both if not _refuses_more(beside, alone)), None)


def _reports_what_is_refused(policy: ir.Policy, program: ir.Program, own: set[str]) -> Iterator[Diagnostic]:
    """A warning for each check with a mode of its own that only finds pods which the rest of its policy refuses."""
    enforced = next((p for p in program.policies if p.span == policy.span and p.mode == "enforce"), None)
    if policy.mode == "enforce" or enforced is None:
        return
    refusing = replace(everywhere(enforced), defaults=())
    for check in (check for check in policy.checks if check.span.file in own):
        alone = replace(refusing, checks=(check,))
        if not _refuses_more(alone, replace(alone, checks=())):
            continue  # `_without_effect` has warned of it
        if not compare_admitted(ir.Program((alone,)), ir.Program((refusing,)), any_pod=True).looser:
            same = next((other for other in enforced.checks if other.control == check.control), None)
            message = f"`{check.statement}` has no effect: {enforced.name} refuses all the pods that it finds"
            help = "give it a stricter value, or take it out"
            if same is not None:
                inherited = (
                    same.span.file != policy.span.file or not policy.span.line <= same.span.line <= policy.span.end_line
                )
                out = f"write `without {check.control}` as well" if inherited else f"take `{same.statement}` out"
                help += f"; if {check.control} shall only be reported, {out}"
            notes = () if same is None else ((None, f"`{same.statement}` is enforced"),)
            yield _warn("LNG062", message, check.span, help, *notes)


def _refuses_more(policy: ir.Policy, other: ir.Policy) -> bool:
    """Whether ``policy`` refuses a pod that ``other``, a part of it, admits."""
    return bool(compare_admitted(ir.Program((policy,)), ir.Program((other,)), any_pod=True))


def _idle(check: ir.Check, alone: bool, stronger: ir.Check | None) -> Diagnostic:
    """The warning that ``check`` has no effect.

    ``alone``: by itself it would have one; and ``stronger`` refuses the same pods, if a single check does.
    """
    wide = next((e for e in check.exemptions if "" in (*e.containers.prefixes, *e.images.prefixes)), None)
    notes: tuple[tuple[Span, str], ...] = ()
    if stronger is not None:
        why, help = f"`{stronger.statement}` already refuses the same pods", "remove it, or check its values"
        notes = ((stronger.span, "refuses the same pods"),)
    elif alone or wide is None:
        why = "the other statements together already refuse the same pods" if alone else "it refuses no pod"
        help = "remove it, or check its values"
    else:
        why, help = (
            "every container is exempt from it",
            "name the images that need the exemption, or remove the statement",
        )
        notes = ((wide.span, "exempts every container"),)
    return _warn("LNG062", f"`{check.statement}` changes nothing: {why}", check.span, help, *notes)


# --- exemptions -----------------------------------------------------------------


def _needless_exemptions(policy: ir.Policy) -> Iterator[Diagnostic]:
    for at, exemption in enumerate(policy.exemptions):
        accounts = exemption.subjects.service_accounts
        others = exemption.subjects.users or exemption.subjects.groups
        outside = accounts.exact and all(
            name.partition("/")[0] not in policy.scope.namespaces
            or name.partition("/")[0] in policy.scope.except_namespaces
            for name in accounts.exact
        )
        if not policy.checks and not policy.defaults:
            yield _warn("LNG064", "this exemption exempts from nothing", exemption.span, "take it out")
        elif outside and not accounts.prefixes and not others:
            message = "the policy does not hold in the namespaces of these service accounts"
            yield _warn("LNG064", message, exemption.span, "take the exemption out")
        else:
            same = (before for before in policy.exemptions[:at] if _same(exemption, before))
            yield from (_exempt_already(exemption.span, before.span) for before in same)


def _same(first: Exemption, second: Exemption) -> bool:
    return first.subjects == second.subjects


def _exempt_already(span: Span, before: Span) -> Diagnostic:
    return _warn("LNG064", "this is exempt already", span, "take one of the two out", (before, "exempts it, too"))


def _covered_exemptions(policy: ast.Policy) -> Iterator[Diagnostic]:
    """A warning for each exemption of containers that another one covers: by a wider name or image, and from as many controls."""
    exemptions = policy.exemptions
    holding: dict[tuple[str, _Stem], dict[int, None]] = {}
    for at, exemption in enumerate(exemptions):
        for part in exemption.exempted:
            for value in part.values:
                holding.setdefault((part.kind, _stem(value)), {})[at] = None
    for at, narrow in enumerate(exemptions):
        kind, value = narrow.exempted[0].kind, narrow.exempted[0].values[0]
        spanning = {before for stem in _spanning(value) for before in holding.get((kind, stem), ())}
        for before in sorted(spanning):
            wide = exemptions[before]
            if at != before and _exempts(wide, narrow) and not (before > at and _exempts(narrow, wide)):
                yield _exempt_already(narrow.span, wide.span)
                break


def _exempts(wide: ast.Exemption, narrow: ast.Exemption) -> bool:
    names = {name.text for name in wide.controls}
    whole = not names or bool(narrow.controls and {name.text for name in narrow.controls} <= names)
    return whole and all(
        part.kind in ("containers", "images")
        and any(
            part.kind == wider.kind and all(any(_spans(more, value) for more in wider.values) for value in part.values)
            for wider in wide.exempted
        )
        for part in narrow.exempted
    )


_Stem = tuple[str, str, bool]
"""The key of a name, its text without the wildcard, and whether it has one."""


def _stem(name: ast.Value) -> _Stem:
    return (name.key, name.text[:-1], True) if glob(name) else (name.key, name.text, False)


def _spanning(name: ast.Value) -> Iterator[_Stem]:
    """The stems of all names that span ``name``, its own among them."""
    own = key, text, _ = _stem(name)
    yield own
    yield from ((key, text[:end], True) for end in range(len(text) + 1) if (key, text[:end], True) != own)


def _spans(wide: ast.Value, narrow: ast.Value) -> bool:
    if wide.key != narrow.key:
        return False
    if glob(wide):
        return narrow.text.removesuffix("*" if glob(narrow) else "").startswith(wide.text[:-1])
    return wide.text == narrow.text and not glob(narrow)


# --- policies and choices -------------------------------------------------------------------


def _holds_nowhere(policy: ast.Policy) -> Iterator[Diagnostic]:
    if scope_of(policy, Report()).nowhere:
        message = f"policy {policy.name.text} holds in no namespace"
        help = "take out what it excepts, or leave the policy out; the labels that it names have to be on one namespace"
        yield _warn("LNG067", message, policy.scopes[-1].span, help)


def _covered_grants(choice: ir.Choice) -> Iterator[Diagnostic]:
    """A warning for each grant that another grant covers: the same policy, subjects and namespaces."""
    for at, narrow in enumerate(choice.grants):
        for before, wide in enumerate(choice.grants):
            mutual = grants_all_of(narrow, wide)
            if (
                at != before
                and narrow.policy == wide.policy
                and grants_all_of(wide, narrow)
                and not (mutual and before > at)
            ):
                message = f"another grant lets these use {narrow.policy} already"
                help = (
                    "take it out"
                    if before < at
                    else "put the wider one in its place: policies are tried in their order"
                )
                yield _warn("SET023", message, narrow.span, help, (wide.span, "this one"))
                break


def _undone(document: ast.Document, program: ir.Program) -> Iterator[Diagnostic]:
    """A warning for each child that admits more than its parent, while the parent holds in the same namespaces."""
    enforced = {policy.name: policy for policy in program.policies if policy.mode == "enforce"}
    for policy in document.policies:
        child = enforced.get(policy.name.text)
        parent = enforced.get(policy.extends.text) if policy.extends else None
        if child is None or parent is None or policy.extends is None or parent.scope != EVERYWHERE:
            continue
        looser = compare_admitted(ir.Program((everywhere(parent),)), ir.Program((everywhere(child),))).looser
        if looser:
            controls = ", ".join(witness.control for witness in looser)
            message = (
                f"what {child.name} allows beyond {parent.name} is refused all the same: {parent.name} holds there too"
            )
            help = (
                f"take these namespaces out of {parent.name} with `except namespaces`, or `choose` between the two; "
                f"if it is only there to be extended, write `abstract policy {parent.name}`"
            )
            yield Diagnostic("LNG065", message, policy.extends.span, "warning", label=controls, help=help)
