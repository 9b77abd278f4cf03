"""The intermediate representation: what a policy means, in a closed vocabulary that every printer and the interpreter know.

A policy is checks and defaults. A check is one statement of the source: requirements over a pod, with the constants of that
statement beside them as parameters. So one check prints as a generic template (`Param` stays) or as specialised code
(`passes.specialise` puts the constants in). Nothing here knows a control, a target or a source language.

Each consumer ends its ``match`` over `Value`, `Items` or `Condition` in ``assert_never``: the type checker then finds every
place that has to know a new node. The nodes of requirements are in `conditions`, and are names of this package, too.
"""

from __future__ import annotations

from typing import Literal

from pscc.base.frozen import frozen
from pscc.base.source import Span
from pscc.ir.access import EVERYWHERE, ContainerExemption, Exemption, Grant, Scope
from pscc.ir.conditions import (
    FALSE as FALSE,
)
from pscc.ir.conditions import (
    LARGEST_NUMBER as LARGEST_NUMBER,
)
from pscc.ir.conditions import (
    POD as POD,
)
from pscc.ir.conditions import (
    TRUE as TRUE,
)
from pscc.ir.conditions import (
    All as All,
)
from pscc.ir.conditions import (
    And as And,
)
from pscc.ir.conditions import (
    Any as Any,
)
from pscc.ir.conditions import (
    Coalesce as Coalesce,
)
from pscc.ir.conditions import (
    Concat as Concat,
)
from pscc.ir.conditions import (
    Condition as Condition,
)
from pscc.ir.conditions import (
    Const as Const,
)
from pscc.ir.conditions import (
    Containers as Containers,
)
from pscc.ir.conditions import (
    Entry as Entry,
)
from pscc.ir.conditions import (
    Equals as Equals,
)
from pscc.ir.conditions import (
    Has as Has,
)
from pscc.ir.conditions import (
    HostPathPrefix as HostPathPrefix,
)
from pscc.ir.conditions import (
    In as In,
)
from pscc.ir.conditions import (
    InRanges as InRanges,
)
from pscc.ir.conditions import (
    Items as Items,
)
from pscc.ir.conditions import (
    Keys as Keys,
)
from pscc.ir.conditions import (
    Not as Not,
)
from pscc.ir.conditions import (
    Or as Or,
)
from pscc.ir.conditions import (
    Param as Param,
)
from pscc.ir.conditions import (
    ParamKind as ParamKind,
)
from pscc.ir.conditions import (
    ParamValue as ParamValue,
)
from pscc.ir.conditions import (
    Path as Path,
)
from pscc.ir.conditions import (
    Range as Range,
)
from pscc.ir.conditions import (
    SameLevel as SameLevel,
)
from pscc.ir.conditions import (
    Scalar as Scalar,
)
from pscc.ir.conditions import (
    StartsWithAny as StartsWithAny,
)
from pscc.ir.conditions import (
    Under as Under,
)
from pscc.ir.conditions import (
    Upper as Upper,
)
from pscc.ir.conditions import (
    Value as Value,
)

Mode = Literal["enforce", "warn", "audit"]


# --- messages ---------------------------------------------------------------


@frozen
class Show:
    """A pod's value in a message, escaped to stay on one line; ``not set`` where it is unset.

    ``number`` says that the value, where it is set, is an integer: an id, a port.
    """

    value: Value
    number: bool = False


@frozen
class ShowParams:
    """The statement's values in a message, joined by ``, `` over all ``params`` in their order.

    A range shows as ``10-20`` (``10`` when both ends are equal), a host path as ``/var/log (read-only)``, a boolean
    as ``true``/``false``. When there is nothing at all, ``none``.
    """

    params: tuple[Param, ...]


Part = str | Show | ShowParams


# --- requirements, checks, defaults, policies -------------------------------


@frozen
class Each:
    """One step of a walk: for each element of ``items``, as variable ``var``."""

    var: str
    items: Items


@frozen
class Requirement:
    """For each site reached by ``each`` (the pod itself if empty), when ``when`` holds, ``must`` must hold too.

    Where it does not, there is a finding with ``message`` as its text. The finding's JSON path and value are those of
    ``about``. Findings come in the order of the walk.
    """

    each: tuple[Each, ...]
    must: Condition
    message: tuple[Part, ...]
    about: Value
    when: Condition = TRUE
    name: str = ""
    """A name for the condition in emitted code, in snake_case, where the control has a good one."""


@frozen
class LeftOut:
    """The pods that an ``unless`` leaves out.

    ``condition`` holds for them, and for no others. ``word`` is its part of a shape's name (``UnlessWindows``), ``text`` follows
    the word "pods" in a sentence.
    """

    condition: Condition
    word: str
    text: str


@frozen
class Check:
    """One checking statement of a policy.

    ``control`` and ``shape`` (``AllowHostPorts``: the verb, the control, what narrows it) name it; everything but
    ``params``, ``because``, ``span`` and ``exemptions`` depends on them alone. All findings of a check are one message, joined by
    ``; ``, with `` (because)`` behind when ``because`` is not empty.
    """

    control: str
    shape: str
    title: str
    description: str
    requirements: tuple[Requirement, ...]
    params: tuple[tuple[str, ParamValue], ...]
    span: Span
    because: str = ""
    statement: str = ""
    """The statement as the language writes it, for reports and comments."""
    intent: str = ""
    """Why the control exists, in a sentence or two."""
    exemptions: tuple[ContainerExemption, ...] = ()
    """The exemptions that some of the parameters come from, each with its reason."""
    left_out: LeftOut | None = None
    """The pods about which the check says nothing, because of its ``unless``."""


@frozen
class Default:
    """One ``default`` statement: it sets a field that is unset, or adds the elements that a list lacks.

    - ``site`` and ``path`` name the field: the pod's, or each container's.
    - ``value`` is the JSON value to set; an object is a tuple of (key, value).
    - ``add`` has the elements to add to the list instead. One that the container's list ``unless_in`` has is not added.
    - ``inherits`` is the pod field that a container falls back on. Where it is set, the container's own field is not
      defaulted. So a default of the pod's field gives every container the same effective value.
    - ``unless`` is a condition under which the default does nothing. ``left_out`` says what of it comes from the ``unless`` of
      the rules on the control.
    - ``grants``: the default gives privilege. Where a target cannot set it exactly, pods go without it. (A target that
      cannot set another default makes pods set the field themselves.)
    - ``isolates``: the default takes privilege and gives none, so a target may set it for requests that are exempt.

    A uid, a group or a profile of the node neither grants nor isolates.
    """

    control: str
    site: Literal["pod", "containers"]
    path: tuple[str, ...]
    span: Span
    value: DefaultValue | None = None
    add: tuple[str, ...] = ()
    inherits: tuple[str, ...] = ()
    unless: Condition = FALSE
    unless_in: tuple[str, ...] = ()
    left_out: LeftOut | None = None
    grants: bool = False
    isolates: bool = False
    statement: str = ""


DefaultValue = Scalar | tuple[int, ...] | tuple[tuple[str, str], ...]
"""A scalar; a list of integers (``supplementalGroups``); or an object of strings as (key, value) pairs."""


@frozen
class Policy:
    """One policy: defaults first, then checks, each in the order of the registry of controls.

    ``note`` is a remark of a pass for those who read the output.
    """

    name: str
    title: str
    mode: Mode
    checks: tuple[Check, ...]
    defaults: tuple[Default, ...]
    span: Span
    scope: Scope = EVERYWHERE
    exemptions: tuple[Exemption, ...] = ()
    note: str = ""


@frozen
class Choice:
    """PSP's OR: a pod is admitted when one of ``policies`` that the request may use admits it.

    The policies are tried in their order. ``grants`` say who may use which; a policy is not usable outside its own scope.
    ``mode`` is the choice's own: the modes of its policies do not count. Requests outside of ``scope`` are not judged at all.
    An update is judged where it changes a field that a check of ``policies``, or one of ``concerns``, reads. For a ``live``
    choice the cluster's RBAC decides who may use what, and ``grants`` do not count.
    """

    name: str
    policies: tuple[Policy, ...]
    grants: tuple[Grant, ...]
    mode: Mode
    span: Span
    scope: Scope = EVERYWHERE
    concerns: tuple[Check, ...] = ()
    live: bool = False


@frozen
class Program:
    """The meaning of all sources of a compilation: policies and choices, every one of which a pod must pass."""

    policies: tuple[Policy, ...] = ()
    choices: tuple[Choice, ...] = ()

    @property
    def policies_and_choices(self) -> tuple[Policy | Choice, ...]:
        """The policies, then the choices."""
        return (*self.policies, *self.choices)
