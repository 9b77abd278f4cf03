"""The PodSecurityPolicies of one cluster as a syntax tree: alone a policy, with RBAC one ``choose``.

A PSP that nobody may use takes part in nothing, and is left out: outside the choice it would bind every pod.
"""

from __future__ import annotations

from collections.abc import Iterable

from pscc.base.source import SourceFile, Span
from pscc.diagnostics import Diagnostic, Replacement, Report
from pscc.diagnostics.spelling import did_you_mean, respelled
from pscc.language import ast
from pscc.meaning.naming import CHOICE_OF_CLUSTER, free_name
from pscc.meaning.psp_policy import to_policy
from pscc.meaning.uses import RBAC_DUMP, Use, made_privileged, shut_out, some, spelled
from pscc.psp.documents import field as member
from pscc.psp.documents import text
from pscc.psp.objects import PSP_KIND, Objects, read_objects, summary
from pscc.psp.rbac import Binding, Role, Subject, aggregated, may_grant, namespace_of, read_binding, read_role
from pscc.psp.reading import Psp, literal
from pscc.psp.yaml import read_policy
from pscc.psp.yaml_tree import Node

_KINDS: dict[str, ast.SubjectKind] = {"User": "users", "Group": "groups", "ServiceAccount": "serviceaccounts"}
_DECIDING = ("rules", "aggregationRule", "roleRef", "subjects")
"""The parts of a role or a binding that say who may use what."""


def read_set(
    sources: Iterable[SourceFile],
    report: Report,
    everyone: bool = False,
    list_ignored: bool = False,
    namespace: str = "",
) -> ast.Document | None:
    """The syntax tree of all PSPs and RBAC objects in ``sources``; None if they have errors, which are in ``report``.

    ``everyone``: everyone may use each policy, whatever RBAC says. ``list_ignored``: report each object that is ignored.
    ``namespace`` is that of roles and bindings which name none.
    """
    sources = tuple(sources)
    objects = read_objects(sources, report)
    psps = tuple(filter(None, (read_policy(node, report) for node in objects.policies)))
    roles, bindings = ((), ()) if everyone else _rbac(objects, namespace, report)
    _report_ignored(objects, list_ignored, report)
    if report.failed:
        return None
    if not psps:
        _no_policy(sources, objects, report)
        return None
    ordered = sorted(_unique(psps, report), key=lambda psp: psp.name)
    policies = {psp.name: to_policy(psp) for psp in ordered}
    if everyone:
        choice = _for_everyone(ordered)
    elif objects.roles or objects.bindings:
        choice = _choice(ordered, roles, bindings, report)
    elif len(ordered) == 1:
        return ast.Document(sources[0].name, tuple(policies.values()))
    else:
        _no_rbac(psps, report)
        return None
    if report.failed:
        return None
    used = {grant.policy.text for grant in choice.grants}
    return ast.Document(sources[0].name, tuple(p for name, p in policies.items() if name in used), (choice,))


def _rbac(objects: Objects, home: str, report: Report) -> tuple[tuple[Role, ...], tuple[Binding, ...]]:
    """The roles, and the bindings that can be read. ``home`` is the namespace of those that name none."""
    read = [(node, read_role(node, home, report)) for node in objects.roles]
    roles = aggregated(tuple(role for _, role in read))
    bound = [(node, binding) for node in objects.bindings if (binding := read_binding(node, roles, home, report))]
    given = {(role.kind, role.namespace, role.name) for role in roles}
    _refuse_two_of_a_name(((node, bool(role.usable or role.selectors)) for node, role in read), home, report)
    _refuse_two_of_a_name(
        ((node, binding.role not in given or may_grant(roles, *binding.role)) for node, binding in bound), home, report
    )
    return roles, tuple(binding for _, binding in bound)


def _refuse_two_of_a_name(nodes: Iterable[tuple[Node, bool]], home: str, report: Report) -> None:
    """An error where two roles, or two bindings, have one name and differ, and one of them says who may use a policy.

    A cluster has only one of them. Each of ``nodes`` comes with whether it says so. Two that are equal are allowed.
    """
    by_name: dict[tuple[str, str, str], tuple[Node, bool]] = {}
    for node, decides in nodes:
        kind, namespace = text(member(node, "kind")), namespace_of(node, home)
        name = text(member(member(node, "metadata"), "name"))
        before, did = by_name.setdefault((kind, namespace, name), (node, decides))
        if (did or decides) and any(_data(member(before, part)) != _data(member(node, part)) for part in _DECIDING):
            shown = f"{namespace}/{name}" if namespace else name
            message = f"{kind} {shown} is given twice, and differs"
            notes = ((before.span, "the first"),)
            report.add(Diagnostic("RBC006", message, node.span, notes=notes, help="leave one out"))


def _data(node: Node | None) -> object:
    return None if node is None else node.to_json()


def _report_ignored(objects: Objects, listed: bool, report: Report) -> None:
    if not objects.ignored or not (objects.policies or objects.bindings or objects.roles):
        return
    many = len(objects.ignored) > 1
    message = f"{len(objects.ignored)} other object{'s say' if many else ' says'} nothing about pod security: "
    help = "" if listed else "`--list-ignored` names each"
    report.add(Diagnostic("SET001", message + summary(objects.ignored), severity="note", help=help))
    for ignored in objects.ignored if listed else ():
        report.add(Diagnostic("SET001", f"ignored: {ignored.kind} {ignored.name}", ignored.span, severity="note"))


def _no_policy(sources: tuple[SourceFile, ...], objects: Objects, report: Report) -> None:
    """Report that there is no PSP. Where the source is one other object, the error names its kind."""
    others = objects.ignored
    if len(others) == 1 and not objects.roles and not objects.bindings:
        message = f"this is a {others[0].kind}, where a PodSecurityPolicy is expected"
        help, fixes = "give a PodSecurityPolicy, or a .psp file", tuple[Replacement, ...]()
        if did_you_mean(others[0].kind, (PSP_KIND,)):
            help, fixes = f"did you mean `{PSP_KIND}`?", respelled(others[0].span, others[0].kind, PSP_KIND, ())
        report.add(Diagnostic("PSP001", message, others[0].span, help=help, fixes=fixes))
        return
    start = Span(sources[0].name, 1, 1, 1, 1)
    if not others and not objects.roles and not objects.bindings:
        if objects.empty:
            message = "this list has no items"
            report.add(Diagnostic("PSP001", message, objects.empty[0], help=f"dump them: `{RBAC_DUMP}`"))
            return
        report.add(Diagnostic("PSP001", "the file is empty", start, help="give one PodSecurityPolicy"))
        return
    report.add(
        Diagnostic("PSP001", "there is no PodSecurityPolicy in this source", start, help=f"dump them: `{RBAC_DUMP}`")
    )


def _no_rbac(psps: tuple[Psp, ...], report: Report) -> None:
    report.add(
        Diagnostic(
            "SET002",
            f"{len(psps)} PodSecurityPolicies, and nothing that says who may use which",
            psps[1].name_span,
            notes=((psps[0].name_span, "the first"),),
            help="a pod has to pass one of those that its user or service account may use, not all: add the roles and "
            f"bindings (`{RBAC_DUMP}`), or say --assume-everyone-may-use, or compile each policy by itself",
        )
    )


def _unique(psps: tuple[Psp, ...], report: Report) -> list[Psp]:
    """``psps`` without repetitions. A repetition is a warning, and two that differ under one name are an error."""
    by_name: dict[str, Psp] = {}
    for psp in psps:
        before = by_name.setdefault(psp.name, psp)
        if before is psp:
            continue
        same = before.spec.to_json() == psp.spec.to_json() and _plain(before) == _plain(psp)
        report.add(
            Diagnostic(
                "SET003",
                f"PodSecurityPolicy {psp.name} is given twice" + ("" if same else ", and differs"),
                psp.name_span,
                severity="warning" if same else "error",
                notes=((before.name_span, "the first"),),
                help="leave one out",
            )
        )
    return list(by_name.values())


def _plain(psp: Psp) -> dict[str, object]:
    return {key: node.value for key, node in psp.annotations}


def _for_everyone(psps: list[Psp]) -> ast.Choice:
    grants = []
    for psp in psps:
        everyone = ast.Subject("everyone", (), psp.name_span)
        grants.append(ast.Grant(ast.Name(psp.name, psp.name_span), (everyone,), psp.name_span))
    comment = "assumed: everyone may use each, tried in order of name"
    return ast.Choice(tuple(grants), psps[0].span, comment=comment, name=_name(psps))


def _name(psps: list[Psp]) -> ast.Name:
    return ast.Name(free_name(CHOICE_OF_CLUSTER, {psp.name for psp in psps}), psps[0].span)


# --- who may use what -----------------------------------------------------------


def _choice(psps: list[Psp], roles: tuple[Role, ...], bindings: tuple[Binding, ...], report: Report) -> ast.Choice:
    names = [psp.name for psp in psps]
    by_id = {(role.kind, role.namespace, role.name): role for role in roles}
    _missing_roles(by_id.keys(), bindings, report)
    _missing_policies(roles, names, report)
    uses: dict[str, dict[Subject, Use]] = {name: {} for name in names}
    for binding in bindings:
        role = by_id.get(binding.role)
        for usable in role.usable if role is not None else ():
            for policy in usable.names or names:
                for subject in binding.subjects if policy in uses else ():
                    use = uses[policy].setdefault(subject, Use(binding.role_span))
                    use.namespaces[binding.namespace] = None
                    use.bindings[str(binding)] = None
    grants: list[ast.Grant] = []
    for psp in psps:
        if uses[psp.name]:
            grants += _grants(psp, uses[psp.name])
        else:
            message = f"nobody may use PodSecurityPolicy {psp.name}: it is left out"
            help = "it has no effect in the cluster either, if all roles and bindings were given"
            report.add(Diagnostic("SET004", message, psp.name_span, severity="warning", help=help))
    if not grants:
        message = "nobody may use any of these policies: every pod would be refused"
        report.add(Diagnostic("SET005", message, psps[0].name_span, help=f"give all of RBAC: `{RBAC_DUMP}`"))
    for warning in (*shut_out(uses), *made_privileged(psps, uses)):
        report.add(warning)
    comment = "who may use which, by RBAC; tried in order of name"
    return ast.Choice(tuple(grants), psps[0].span, comment=comment, name=_name(psps))


def _grants(psp: Psp, uses: dict[Subject, Use]) -> list[ast.Grant]:
    """The grants of ``psp``: one for each set of namespaces, the one for all namespaces first."""
    by_places: dict[tuple[str, ...], list[tuple[Subject, Use]]] = {}
    for subject, use in uses.items():
        by_places.setdefault(use.places, []).append((subject, use))
    grants = []
    for places, used in sorted(by_places.items()):
        span = used[0][1].span
        subjects = []
        for kind, word in _KINDS.items():
            named = sorted({spelled(s) for s, _ in used if s.kind == kind})
            if named:
                subjects.append(ast.Subject(word, tuple(literal(n, span) for n in named), span))
        bindings = dict.fromkeys(name for _, use in used for name in use.bindings)
        grants.append(
            ast.Grant(
                ast.Name(psp.name, span),
                tuple(subjects),
                span,
                tuple(literal(place, span) for place in places),
                comment=some(tuple(bindings)),
            )
        )
    return grants


def _missing_roles(role_ids: Iterable[tuple[str, str, str]], bindings: tuple[Binding, ...], report: Report) -> None:
    known_roles = set(role_ids)
    missing: dict[tuple[str, str, str], list[Binding]] = {}
    for binding in bindings:
        if binding.role not in known_roles:
            missing.setdefault(binding.role, []).append(binding)
    for (kind, namespace, name), missing_at in missing.items():
        named = f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"
        by = some(tuple(str(binding) for binding in missing_at))
        message = f"{named} is not among the sources: what {by} grants is not known, and counts as nothing"
        help = "give it too, unless it lets nobody use a PodSecurityPolicy"
        report.add(Diagnostic("SET006", message, missing_at[0].role_span, severity="warning", help=help))


def _missing_policies(roles: tuple[Role, ...], names: list[str], report: Report) -> None:
    reported: set[tuple[Span, str]] = set()
    for role in roles:
        for usable in role.usable:
            for name in usable.names:
                # an aggregated role has the rules of the roles that it is made of
                if name not in names and (usable.span, name) not in reported:
                    reported.add((usable.span, name))
                    message = (
                        f"{role.kind} {role.name} lets use PodSecurityPolicy {name}, which is not among the sources"
                    )
                    report.add(Diagnostic("SET007", message, usable.span, severity="warning"))
