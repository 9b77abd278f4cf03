"""The syntax tree of the policy language. Each node has the span of its text.

Both front ends build it: `parser` from ``.psp`` text, and `psp_policy` from PodSecurityPolicy YAML. `printer` prints it as
text, and `resolve` turns it into IR. Nothing here knows a control.

A node keeps its comments, without ``#``. ``comment`` has the lines above it, and ``beside`` the one after it on its line.
``closing`` has the lines at the end of a block or of the file.
"""

from __future__ import annotations

from typing import Literal

from pscc.base.frozen import frozen
from pscc.base.source import Span

Verb = Literal["deny", "allow", "require", "default"]
Mode = Literal["enforce", "warn", "audit"]
Manner = Literal["", "all of", "add"]
Joined = Literal["", "and", "or"]
On = Literal["", "pod", "containers", "pod and containers", "pod or containers"]


@frozen
class Name:
    """A bare name: a policy's, or a control's as in ``capabilities.add``."""

    text: str
    span: Span


@frozen
class Value:
    """A value of a statement.

    A bare word (``quoted`` false) may be a number, a range ``10-20``, ``true``, or end in the wildcard ``*``; a quoted
    one is literal. ``key`` is set for ``key=value`` (as in ``level="s0:c1"``), ``qualifier`` for ``/var/log (read-only)``.
    """

    text: str
    span: Span
    quoted: bool = False
    key: str = ""
    qualifier: str = ""


@frozen
class PodCondition:
    """``FIELD VALUE``: a pod's field has this value. ``FIELD not VALUE``: it has another."""

    field: Name
    value: Value
    span: Span
    negated: bool = False


@frozen
class Unless:
    """``unless CONDITION [and CONDITION…]``, or with ``or``: the statement does not hold for pods of which this is true.

    ``joined`` is the word between the conditions; with one condition, it is empty.
    """

    conditions: tuple[PodCondition, ...]
    span: Span
    joined: Joined = ""


@frozen
class Statement:
    """``[MODE] VERB CONTROL[, CONTROL…] [all of|add] [VALUE, …] [on …] [unless …] [because "…"]``.

    Several controls only ever stand without values. ``because`` is the author's reason, shown in messages.
    The importer says in ``comment`` where a statement came from. ``mode`` is None where the statement has the mode of
    its policy.
    """

    verb: Verb
    controls: tuple[Name, ...]
    span: Span
    manner: Manner = ""
    values: tuple[Value, ...] = ()
    on: On = ""
    because: str = ""
    comment: str = ""
    beside: str = ""
    mode: Mode | None = None
    unless: Unless | None = None


@frozen
class Scope:
    """``in namespaces …`` or ``except namespaces …``: names, globs such as ``team-*``, or labels as ``key=value``."""

    inverse: bool
    values: tuple[Value, ...]
    span: Span
    comment: str = ""
    beside: str = ""


SubjectKind = Literal["everyone", "users", "groups", "serviceaccounts"]


@frozen
class Subject:
    """Who: ``everyone``, or ``users``, ``groups`` or ``serviceaccounts`` with names. A service account is ``NS/NAME``."""

    kind: SubjectKind
    values: tuple[Value, ...]
    span: Span


ExemptKind = Literal["users", "groups", "serviceaccounts", "containers", "images"]


@frozen
class Exempted:
    """The subjects of an exemption: users, groups or service accounts, or containers by name or image."""

    kind: ExemptKind
    values: tuple[Value, ...]
    span: Span


@frozen
class Exemption:
    """``exempt WHAT, … [from CONTROL, …] because "…" [until DATE]``; ``because`` is empty where it is missing."""

    exempted: tuple[Exempted, ...]
    span: Span
    controls: tuple[Name, ...] = ()
    because: str = ""
    until: Value | None = None
    comment: str = ""
    beside: str = ""


@frozen
class Without:
    """``without CONTROL, …``: what the extended policy says about these controls is not taken over."""

    controls: tuple[Name, ...]
    span: Span
    comment: str = ""
    beside: str = ""


@frozen
class Policy:
    """``[abstract] policy NAME "TITLE" [extends NAME] { … }``. ``mode`` is None where the source names none (enforce).

    An abstract policy is only there to be extended: it holds nowhere.
    """

    name: Name
    title: str
    statements: tuple[Statement, ...]
    span: Span
    extends: Name | None = None
    scopes: tuple[Scope, ...] = ()
    mode: Mode | None = None
    mode_comment: str = ""
    mode_beside: str = ""
    comment: str = ""
    beside: str = ""
    closing: str = ""
    exemptions: tuple[Exemption, ...] = ()
    without: tuple[Without, ...] = ()
    abstract: bool = False


@frozen
class Use:
    """``use "PATH"``: the policies of another file can be extended and chosen; they are not compiled themselves."""

    path: str
    span: Span
    comment: str = ""
    beside: str = ""


@frozen
class Grant:
    """One line of a choice: ``POLICY for SUBJECTS [in namespaces …]``; without ``namespaces`` it holds in all of them."""

    policy: Name
    subjects: tuple[Subject, ...]
    span: Span
    namespaces: tuple[Value, ...] = ()
    comment: str = ""
    beside: str = ""


@frozen
class Choice:
    """``choose [NAME] [MODE] { … }``: a pod is admitted when a policy that its user or service account may use admits it.

    The order of the policies is that of their first grants. ``mode`` is None where the source names none (enforce), ``name``
    where its objects are to be called after the source's file.
    """

    grants: tuple[Grant, ...]
    span: Span
    mode: Mode | None = None
    comment: str = ""
    beside: str = ""
    closing: str = ""
    name: Name | None = None


@frozen
class Document:
    """A whole source file. ``heading`` is the comment at its top that an empty line sets apart."""

    file: str
    policies: tuple[Policy, ...]
    choices: tuple[Choice, ...] = ()
    heading: str = ""
    closing: str = ""
    uses: tuple[Use, ...] = ()
