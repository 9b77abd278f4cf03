"""Resolves scopes, exemptions and names of subjects: from the syntax tree to the tables of `access`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta

from pscc.diagnostics import Diagnostic, Replacement, Report
from pscc.ir.access import ALL, NAMESPACE_NAME, NONE, Exemption, Names, Scope, Subjects, scoped
from pscc.language import ast
from pscc.language.printer import print_value

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_PREFIX = re.compile(r"[a-z0-9][-a-z0-9]{0,62}")
_LABEL_KEY = re.compile(r"([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
SOON = timedelta(days=30)
"""How long before the end of an exemption a warning begins."""


def glob(value: ast.Value) -> bool:
    """Whether ``value`` is a prefix with the wildcard behind."""
    return not value.quoted and value.text.endswith("*")


_NO_STAR = {"serviceaccounts": "service account", "containers": "container", "images": "image"}
"""The kinds of subjects whose names cannot have a ``*`` in Kubernetes, with the noun for one."""


def good_wildcards(kind: str, values: tuple[ast.Value, ...], report: Report) -> None:
    """Reports each ``*`` in ``values`` that reads as a wildcard and is none.

    One in the middle of a bare word never is. In quotes it is literal, which no service account, container or image can be
    called. Source: ``k8s.io/apimachinery/pkg/util/validation`` (names), ``github.com/distribution/reference`` (images).
    """
    for value in values:
        if not value.quoted and "*" in value.text[:-1]:
            help = "write the beginning of the name with one `*` behind"
            report.add(
                Diagnostic("LNG069", f"`{value.text}`: a `*` is a wildcard at the end only", value.span, help=help)
            )
        elif value.quoted and "*" in value.text and kind in _NO_STAR:
            bare = value.text if _BARE.fullmatch(value.text) else None
            fixes = (Replacement(value.span, bare),) if bare else ()
            help = f"write `{bare}` without quotes: all names that begin so" if bare else "write the name without `*`"
            message = f"the quoted `{value.text}` names no {_NO_STAR[kind]}: in quotes a `*` is literal"
            report.add(Diagnostic("LNG069", message, value.span, help=help, fixes=fixes))


_BARE = re.compile(r"[^\s,{}\"#=()*]+\*")
"""A word that ends in its only ``*`` and needs no quotes."""


def names_of(values: tuple[ast.Value, ...]) -> Names:
    """The names that ``values`` mean, a bare ``PREFIX*`` all that begin with it."""
    exact = [v.text for v in values if not glob(v)]
    prefixes = [v.text[:-1] for v in values if glob(v)]
    return Names(tuple(dict.fromkeys(exact)), tuple(dict.fromkeys(prefixes)))


def scope_of(policy: ast.Policy, report: Report) -> Scope:
    """The scope that the ``in`` and ``except`` lines of ``policy`` make together; without one, everywhere."""
    named: dict[bool, list[ast.Value]] = {False: [], True: []}
    labels: dict[bool, dict[tuple[str, str], None]] = {False: {}, True: {}}
    for scope in policy.scopes:
        _one_kind(scope, policy, report)
        for value in scope.values:
            if value.key:
                if _good_label(value, report):
                    labels[scope.inverse][(value.key, value.text)] = None
            elif good_namespace(value, report):
                named[scope.inverse].append(value)
    return scoped(
        names_of(tuple(named[False])) if named[False] else ALL,
        names_of(tuple(named[True])) if named[True] else NONE,
        tuple(labels[False]),
        tuple(labels[True]),
    )


def _one_kind(scope: ast.Scope, policy: ast.Policy, report: Report) -> None:
    """Reports an ``in`` line with names and labels: a comma between names means either, and one before a label would mean both."""
    labels = tuple(value for value in scope.values if value.key)
    names = tuple(value for value in scope.values if not value.key)
    if scope.inverse or not labels or not names:
        return
    either, every = (" or ".join(map(print_value, names)), " and ".join(map(print_value, labels)))
    named, labelled = (f"in namespaces {', '.join(map(print_value, kind))}" for kind in (names, labels))
    message = (
        f"names beside labels: is a namespace meant that is {either} and has {every}, or one that is or has either?"
    )
    help = (
        f"if both, write two lines: `{named}` and `{labelled}`; if either, write `{named}` here, and a second policy "
        f"`policy NAME extends {policy.name.text} {{ {labelled} }}`"
    )
    apart = f"{named}\n{' ' * (scope.span.column - 1)}{labelled}"
    report.add(Diagnostic("LNG089", message, scope.span, help=help, fixes=(Replacement(scope.span, apart),)))


def good_namespace(value: ast.Value, report: Report) -> bool:
    """Whether ``value`` can be a namespace's name or a prefix of one; says so if not."""
    if not value.qualifier and namespace_or_prefix(value.text, quoted=value.quoted):
        return True
    text = value.text
    help = namespace_help(
        text, "write a name as `kube-system`, a prefix as `team-*`, or a label as `tier=edge`", value.quoted
    )
    report.add(Diagnostic("LNG036", f"`{text}` is no name of a namespace", value.span, help=help))
    return False


def namespace_or_prefix(text: str, *, quoted: bool = False) -> bool:
    """Whether ``text`` can be a namespace's name or, where it is not ``quoted``, a prefix of one with ``*`` behind."""
    if text.endswith("*") and not quoted:
        return text == "*" or _PREFIX.fullmatch(text[:-1]) is not None
    return _LABEL.fullmatch(text) is not None


def namespace_help(text: str, forms: str, quoted: bool = False) -> str:
    """A help text for ``text``, which is no name of a namespace. ``forms`` names the valid forms."""
    if quoted and namespace_or_prefix(text):
        return f"a quoted `*` is the character itself: write `{text}` without the quotes"
    if not quoted and "*" in text[:-1]:
        return f"a `*` is a wildcard at the end only; {forms}"
    meant = text.lower().rstrip("-")
    return f"did you mean `{meant}`? {forms}" if meant and _LABEL.fullmatch(meant) else forms


def _good_label(value: ast.Value, report: Report) -> bool:
    is_name = value.key == NAMESPACE_NAME
    good_value = _LABEL if is_name else _LABEL_VALUE
    if _LABEL_KEY.fullmatch(value.key) and good_value.fullmatch(value.text) and not value.qualifier:
        return True
    help = (
        "this label is the namespace's name: write the name alone, as `kube-system`, or a prefix as `team-*`"
        if is_name
        else "a label is `key=value`, as Kubernetes spells labels; it has no wildcard"
    )
    report.add(Diagnostic("LNG036", f"`{value.key}={value.text}` is no label of a namespace", value.span, help=help))
    return False


def exemption_of(exemption: ast.Exemption, today: date, report: Report) -> Exemption | None:
    """The requests that ``exemption`` exempts, by user, group and service account.

    None if it is about containers, and if it has ended. A missing reason is an error in ``report``. A date that is past or
    near, and a container's name, are warnings.
    """
    if not exemption.because:
        help = 'say why: `because "what it needs and who decided"`'
        report.add(Diagnostic("LNG037", "an exemption needs a reason", exemption.span, help=help))
    until = _until(exemption, today, report)
    _by_name_alone(exemption, report)
    by_kind: dict[str, list[ast.Value]] = {}
    for exempted in exemption.exempted:
        by_kind.setdefault(exempted.kind, []).extend(exempted.values)
        good_wildcards(exempted.kind, exempted.values, report)
    for value in by_kind.get("serviceaccounts", ()):
        good_service_account(value, report)
    who = {kind: names_of(tuple(values)) for kind, values in by_kind.items() if kind not in ("containers", "images")}
    if not who:
        return None
    if exemption.controls:
        help = "move the statements that they are to be let off into a policy of their own"
        span = exemption.controls[0].span.to(exemption.controls[-1].span)
        message = "users, groups and service accounts are exempt from a whole policy"
        report.add(Diagnostic("LNG038", message, span, help=help))
    if ended(exemption, today):
        return None
    return Exemption(subjects_of(who), exemption.because, exemption.span, until)


def ended(exemption: ast.Exemption, today: date) -> bool:
    """Whether the last day of ``exemption`` is before ``today``."""
    day = _day(exemption.until) if exemption.until is not None else None
    return day is not None and day < today


def _day(value: ast.Value) -> date | None:
    try:
        return date.fromisoformat(value.text) if re.fullmatch(r"\d{4}-\d\d-\d\d", value.text) else None
    except ValueError:
        return None


def subjects_of(who: Mapping[str, Names]) -> Subjects:
    """The subjects that ``who`` names, by the words of the language for their kinds."""
    users, groups, accounts = (who.get(kind, NONE) for kind in ("users", "groups", "serviceaccounts"))
    return Subjects(users=users, groups=groups, service_accounts=accounts)


def _by_name_alone(exemption: ast.Exemption, report: Report) -> None:
    """Warns of containers that are exempt by their name: whoever writes a pod chooses the names of its containers."""
    for exempted in exemption.exempted:
        # a quoted `*` names no container, which `good_wildcards` reports
        names = [value for value in exempted.values if not (value.quoted and "*" in value.text)]
        if exempted.kind == "containers" and names:
            first, *more = names
            name = f"{first.text[:-1]}x" if glob(first) else first.text
            message = f"any pod can call a container `{name}`, which is then exempt whatever it runs"
            span = first.span.to(more[-1].span) if more else first.span
            help = "name the image instead: `exempt images REGISTRY/NAME:* …`"
            report.add(Diagnostic("LNG086", message, span, "warning", help=help))


def good_service_account(value: ast.Value, report: Report) -> bool:
    """Whether ``value`` is ``NAMESPACE/NAME`` or a prefix of that; says so if not."""
    namespace, slash, name = value.text.partition("/")
    if (slash and _LABEL.fullmatch(namespace) and name) or (glob(value) and not slash):
        return True
    account = value.text.removeprefix("system:serviceaccount:").replace(":", "/").split("/")
    help = "write the namespace too: `logging/fluentd`, or `logging/*`"
    if len(account) == 2 and all(account):
        help = f"write `{'/'.join(account)}`"
    report.add(Diagnostic("LNG039", f"`{value.text}` is no service account", value.span, help=help))
    return False


def _until(exemption: ast.Exemption, today: date, report: Report) -> str:
    value = exemption.until
    if value is None:
        return ""
    day = _day(value)
    if day is None:
        help = f"write year, month and day, as in `until {today.isoformat()}`"
        report.add(Diagnostic("LNG040", f"`{value.text}` is no date", value.span, help=help))
        return ""
    if day < today:
        message = f"this exemption ended on {value.text}: it is left out"
        help = "take it out of the source, or decide again and give it a new date"
        report.add(Diagnostic("LNG041", message, exemption.span, "warning", help=help))
    elif day - today <= SOON:
        message = f"this exemption ends on {value.text}: who compiles from the day after has it left out"
        help = "take it out in time, or decide again and give it a new date"
        report.add(Diagnostic("LNG042", message, exemption.span, "warning", help=help))
    return day.isoformat()
