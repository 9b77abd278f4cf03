"""RBAC as far as it says who may use which PodSecurityPolicy: roles, bindings, and what they grant together.

Sources: ``k8s.io/api/rbac/v1/types.go``; ``VerbMatches``, ``APIGroupMatches``, ``ResourceMatches`` and
``ResourceNameMatches`` in Kubernetes 1.24 ``pkg/apis/rbac/v1/evaluation_helpers.go``; ``appliesToUser`` in
``pkg/registry/rbac/validation/rule.go``; the controller that fills aggregated ClusterRoles in
``pkg/controller/clusterroleaggregation``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pscc.base.frozen import frozen
from pscc.base.source import Span
from pscc.diagnostics import Diagnostic, Report
from pscc.diagnostics.spelling import did_you_mean
from pscc.psp.documents import field, text
from pscc.psp.objects import refuse_unquoted
from pscc.psp.yaml_tree import Node

USE = "use"
RESOURCE = "podsecuritypolicies"
API_GROUPS = ("policy", "extensions")
_RULE_FIELDS = ("apiGroups", "resources", "verbs", "resourceNames", "nonResourceURLs")
_SUBJECT_FIELDS = ("kind", "apiGroup", "name", "namespace")
_ROLE_REF_FIELDS = ("apiGroup", "kind", "name")
_SUBJECT_KINDS = ("User", "Group", "ServiceAccount")
SERVICE_ACCOUNT = "system:serviceaccount:"


@frozen
class Usable:
    """The policies that a rule allows to use: ``names``, or all policies where that is empty."""

    names: tuple[str, ...]
    span: Span


@frozen
class Role:
    """A Role (of ``namespace``) or a ClusterRole: the policies that its rules let use."""

    kind: str
    namespace: str
    name: str
    usable: tuple[Usable, ...]
    labels: tuple[tuple[str, str], ...]
    selectors: tuple[Node, ...]
    span: Span


@frozen
class Subject:
    """``User``, ``Group`` or ``ServiceAccount``; ``namespace`` is the account's."""

    kind: str
    name: str
    namespace: str = ""


@frozen
class Binding:
    """A RoleBinding of ``namespace``, or a ClusterRoleBinding, which has no namespace.

    If the binding grants no PodSecurityPolicy, ``namespace`` and ``subjects`` may be empty, since nothing reads them.
    """

    kind: str
    namespace: str
    name: str
    role: tuple[str, str, str]
    """Kind, namespace and name of the role that is bound."""
    role_span: Span
    subjects: tuple[Subject, ...]
    span: Span

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


def read_role(node: Node, home: str, report: Report) -> Role:
    """``node`` as a `Role`, in the namespace ``home`` if it names none.

    A rule that cannot be read is an error, and grants nothing.
    """
    kind, name = text(field(node, "kind")), text(_metadata(node)[1])
    labels = field(field(node, "metadata"), "labels")
    selectors = field(field(node, "aggregationRule"), "clusterRoleSelectors")
    selecting = [field(selector, "matchLabels") for selector in selectors.items] if selectors is not None else []
    usable = tuple(_usable(field(node, "rules"), f"{kind} {name}", report))
    if usable or selecting:
        refuse_unquoted((*_metadata(node), *(e.node for m in (labels, *selecting) if m for e in m.entries)), report)
    return Role(
        kind,
        namespace_of(node, home),
        name,
        usable,
        tuple((entry.key, text(entry.node)) for entry in labels.entries) if labels is not None else (),
        selectors.items if selectors is not None else (),
        node.span,
    )


def namespace_of(node: Node, home: str) -> str:
    """The namespace of a role or a binding: ``home`` if it names none, and none if it is of the whole cluster."""
    return "" if text(field(node, "kind")).startswith("Cluster") else text(_metadata(node)[0]) or home


def may_grant(roles: Iterable[Role], kind: str, namespace: str, name: str) -> bool:
    """Whether a role of this kind and name lets its subjects use a policy. An empty ``namespace`` stands for any."""
    return any(
        role.usable and (role.kind, role.name) == (kind, name) and (not namespace or role.namespace == namespace)
        for role in roles
    )


def read_binding(node: Node, roles: tuple[Role, ...], home: str, report: Report) -> Binding | None:
    """The binding that ``node`` is, in the namespace ``home`` if it names none; None if it cannot be read.

    Errors go to ``report``. If no role of ``roles`` makes the binding a grant, only its ``roleRef`` is read: other mistakes
    in it decide nothing.
    """
    kind, name, namespace = text(field(node, "kind")), text(_metadata(node)[1]), namespace_of(node, home)
    reference = field(node, "roleRef")
    refuse_unquoted(_members((reference,), _ROLE_REF_FIELDS), report)
    role_kind, role_name = text(field(reference, "kind")), text(field(reference, "name"))
    if reference is None or not role_name or role_kind not in ("Role", "ClusterRole"):
        message = f"{kind} {name} has no `roleRef` to a Role or a ClusterRole"
        report.add(Diagnostic("RBC001", message, (reference or node).span, help="give its `kind` and `name`"))
        return None
    if kind == "ClusterRoleBinding" and role_kind == "Role":
        message = f"ClusterRoleBinding {name} refers to a Role: it can only bind a ClusterRole"
        report.add(Diagnostic("RBC001", message, reference.span, help="bind it by a RoleBinding in its namespace"))
        return None
    role = (role_kind, namespace if role_kind == "Role" else "", role_name)
    subjects: tuple[Subject, ...] = ()
    if may_grant(roles, *role):
        refuse_unquoted(_metadata(node), report)
        if kind == "RoleBinding" and not namespace:
            # kubectl would put it into the namespace of its context, which nobody can know here
            help = "add `metadata.namespace`, or say `--namespace NAME` for the objects that name none"
            report.add(Diagnostic("RBC002", f"RoleBinding {name} has no namespace", node.span, help=help))
            return None
        _refuse_unknown(reference, _ROLE_REF_FIELDS, "roleRef", report)
        subjects = tuple(_subjects(field(node, "subjects"), namespace, report))
    return Binding(kind, namespace, name, role, reference.span, subjects, node.span)


def aggregated(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    """``roles`` with the rules of each aggregated ClusterRole taken from those which its selectors match.

    The controller of a cluster does that, and overwrites what stands in ``rules``. Where no role of the sources matches,
    the role is taken as a dump has it: filled already.
    """
    from dataclasses import replace

    cluster = [role for role in roles if role.kind == "ClusterRole"]
    filled: dict[str, tuple[Usable, ...]] = {}

    def usable(role: Role, within: frozenset[str]) -> tuple[Usable, ...]:
        if not role.selectors or role.name in within:
            return role.usable
        if role.name not in filled:
            parts = [r for r in cluster if r is not role and any(_selects(s, dict(r.labels)) for s in role.selectors)]
            usables = tuple(u for part in parts for u in usable(part, within | {role.name}))
            if within:
                return usables if parts else role.usable
            filled[role.name] = usables if parts else role.usable
        return filled[role.name]

    return tuple(replace(r, usable=usable(r, frozenset())) if r.selectors else r for r in roles)


def _metadata(node: Node) -> tuple[Node | None, Node | None]:
    metadata = field(node, "metadata")
    return field(metadata, "namespace"), field(metadata, "name")


def _members(nodes: Iterable[Node | None], names: tuple[str, ...]) -> Iterator[Node | None]:
    for node in nodes:
        yield from (field(node, name) for name in names)


def _usable(rules: Node | None, role: str, report: Report) -> Iterator[Usable]:
    if rules is not None and rules.kind != "list":
        report.add(Diagnostic("RBC003", f"`rules` of {role} has to be a list", rules.span))
        return
    for rule in rules.items if rules is not None else ():
        if rule.kind != "map":
            report.add(Diagnostic("RBC003", f"a rule of {role} has to be a map", rule.span))
            continue
        lists = {name: _strings(field(rule, name)) for name in _RULE_FIELDS}
        if not _speaks_of_policies(lists["resources"], lists["apiGroups"]):
            continue
        before = len(report.diagnostics)
        for name, strings in lists.items():
            node = field(rule, name)
            if node is not None and any(item.spelled for item in node.items):
                refuse_unquoted(node.items, report)
            elif strings is None:
                report.add(
                    Diagnostic(
                        "RBC003", f"`{name}` of {role} has to be a list of strings", node.span if node else rule.span
                    )
                )
        _refuse_unknown(rule, _RULE_FIELDS, f"a rule of {role}", report)
        verbs, names = lists["verbs"], lists["resourceNames"]
        if len(report.diagnostics) == before and verbs is not None and names is not None and {USE, "*"} & set(verbs):
            yield Usable(names, rule.span)


def _speaks_of_policies(resources: tuple[str, ...] | None, groups: tuple[str, ...] | None) -> bool:
    """Whether a rule may be about PodSecurityPolicies: one that cannot be read may."""
    about = resources is None or bool({RESOURCE, "*"} & set(resources))
    return about and (groups is None or bool({*API_GROUPS, "*"} & set(groups)))


def _strings(node: Node | None) -> tuple[str, ...] | None:
    """The strings of a list, none where there is no list; None where it is something else."""
    if node is None:
        return ()
    if node.kind != "list" or any(item.kind != "string" for item in node.items):
        return None
    return tuple(str(item.value) for item in node.items)


def _subjects(node: Node | None, namespace: str, report: Report) -> Iterator[Subject]:
    items = node.items if node is not None else ()
    refuse_unquoted(_members(items, _SUBJECT_FIELDS), report)
    for subject in items:
        kind, name = text(field(subject, "kind")), text(field(subject, "name"))
        if subject.kind != "map" or kind not in _SUBJECT_KINDS or not name:
            suggestion = did_you_mean(kind, _SUBJECT_KINDS) if kind else None
            help = (
                f"did you mean `{suggestion}`?"
                if suggestion
                else f"give `kind` ({', '.join(_SUBJECT_KINDS)}) and `name`"
            )
            report.add(Diagnostic("RBC004", "this names no user, group or service account", subject.span, help=help))
            continue
        _refuse_unknown(subject, _SUBJECT_FIELDS, "a subject", report)
        own = text(field(subject, "namespace")) or namespace
        if kind == "ServiceAccount" and not own:
            help = "add its `namespace`"
            report.add(Diagnostic("RBC004", f"ServiceAccount {name} has no namespace", subject.span, help=help))
            continue
        account = name.removeprefix(SERVICE_ACCOUNT).split(":")
        if kind == "User" and name.startswith(SERVICE_ACCOUNT) and len(account) == 2 and all(account):
            yield Subject("ServiceAccount", account[1], account[0])
        else:
            yield Subject(kind, name, own if kind == "ServiceAccount" else "")


def _refuse_unknown(node: Node, known: tuple[str, ...], where: str, report: Report) -> None:
    for entry in node.entries:
        if entry.key not in known:
            suggestion = did_you_mean(entry.key, known)
            help = f"did you mean `{suggestion}`?" if suggestion else f"known here: {', '.join(known)}"
            label = "the API server would drop it"
            report.add(
                Diagnostic("RBC005", f"unknown field `{entry.key}` in {where}", entry.key_span, label=label, help=help)
            )


def _selects(selector: Node, labels: dict[str, str]) -> bool:
    """Whether ``selector`` matches ``labels``; an empty one does.

    Source: ``LabelSelectorAsSelector`` in ``k8s.io/apimachinery``.
    """
    match_labels, expressions = field(selector, "matchLabels"), field(selector, "matchExpressions")
    if match_labels is not None and any(labels.get(e.key) != text(e.node) for e in match_labels.entries):
        return False
    return all(_expression(expression, labels) for expression in (expressions.items if expressions is not None else ()))


def _expression(node: Node, labels: dict[str, str]) -> bool:
    key, values = text(field(node, "key")), _strings(field(node, "values")) or ()
    match text(field(node, "operator")):
        case "In":
            return key in labels and labels[key] in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case _:
            return False
