"""The intermediate representation: what a policy means, in a closed vocabulary that every printer and the oracle know.

A policy is checks and defaults. A check is one statement of the source: requirements over a pod, with the constants
of that statement beside them as parameters, so that one check prints as a generic template (``Param`` stays) or as
specialised code (``passes.specialise`` puts the constants in). Nothing here knows a control, a target or a source
language; ``match`` with ``assert_never`` over ``Value``, ``Items`` and ``Condition`` in each consumer makes the type
checker find every place that a new node has to be known.

Semantics. A value is a JSON scalar or *unset*; a field that is missing or null is unset, and so is a field of
something unset. A condition is true or false, never unset: a comparison with an unset operand is false. A list
that is unset has no elements.
"""

from __future__ import annotations

from typing import Literal

from pscc.base.frozen import frozen
from pscc.base.source import Span
from pscc.ir.access import EVERYWHERE, Exemption, Grant, Scope

Scalar = str | int | bool
Mode = Literal["enforce", "warn", "audit"]


LARGEST_NUMBER = 2**53 - 1
"""The largest integer that every engine reads as it is written: JSON's numbers are doubles to some of them (RFC 8259, 6)."""


@frozen
class Range:
    """An inclusive range of integers (ports, uids, gids). A parameter renders it as ``{min, max}``."""

    min: int
    max: int


@frozen
class HostPathPrefix:
    """A host path prefix, as PSP's ``AllowedHostPath``: ``{pathPrefix, readOnly}``."""

    path: str
    read_only: bool


ParamKind = Literal["string", "bool", "strings", "ranges", "hostPaths"]
ParamValue = str | bool | tuple[str, ...] | tuple[Range, ...] | tuple[HostPathPrefix, ...]

POD = "pod"
"""The variable that always holds the pod."""


# --- values -----------------------------------------------------------------


@frozen
class Path:
    """The field reached from variable ``var`` through ``fields``; with no fields, the variable itself."""

    var: str
    fields: tuple[str, ...] = ()


@frozen
class Const:
    """A constant of the control (not of the policy)."""

    value: Scalar | tuple[str, ...] | tuple[int, ...] | tuple[Range, ...] | tuple[HostPathPrefix, ...]


@frozen
class Param:
    """A constant of the policy: a parameter of the check, by name."""

    name: str
    kind: ParamKind


@frozen
class Coalesce:
    """``field`` below the first of ``options`` that is set.

    With ``field`` empty it is the first option that is set (``container's, else pod's``). With a field, the option
    decides even if the field below it is unset: a container's own ``seLinuxOptions`` replaces the pod's as a whole.
    A last ``Const`` option is the value for when nothing is set.
    """

    options: tuple[Path | Const, ...]
    field: tuple[str, ...] = ()


@frozen
class Concat:
    """The string ``prefix`` followed by the string ``value``; unset where ``value`` is."""

    prefix: str
    value: Path | Coalesce | Const


@frozen
class Entry:
    """The entry of the object ``map`` under the key ``key`` (AppArmor annotations)."""

    map: Path
    key: Concat


Value = Path | Const | Param | Coalesce | Concat | Entry


# --- lists ------------------------------------------------------------------


@frozen
class Containers:
    """All containers of the pod: init containers, containers, ephemeral containers, in that order."""


@frozen
class Keys:
    """The names of the fields that are set (not null) in the object at ``path``, but those in ``without``."""

    path: Path
    without: tuple[str, ...] = ()


Items = Containers | Keys | Path | Param | Const
"""What can be walked: ``Path`` to a list, ``Param``/``Const`` of a list kind."""


# --- conditions -------------------------------------------------------------


@frozen
class Has:
    """``value`` is set."""

    value: Value


@frozen
class Equals:
    """Both are set, and equal. Booleans are not numbers."""

    left: Value
    right: Value


@frozen
class In:
    """``value`` is set and an element of ``options`` (exactly, case included)."""

    value: Value
    options: Path | Param | Const


@frozen
class InRanges:
    """``value`` is an integer inside one of ``ranges``, ends included."""

    value: Value
    ranges: Param | Const


@frozen
class StartsWithAny:
    """``value`` is a string that starts with one of ``patterns`` less its trailing ``*``. Each pattern ends in ``*``."""

    value: Value
    patterns: Param | Const


@frozen
class Under:
    """The path ``value`` is ``prefix`` or below it at a ``/`` boundary; one trailing slash of each is dropped.

    Source: ``hasPathPrefix`` in Kubernetes 1.24 ``pkg/security/podsecuritypolicy/util/util.go``.
    """

    value: Value
    prefix: Value


@frozen
class SameLevel:
    """Two SELinux levels are equal: the same string, or the same sensitivity and the same categories in any order.

    Unset counts as the empty string. Source: ``equalLevels`` in Kubernetes 1.24
    ``pkg/security/podsecuritypolicy/selinux/mustrunas.go``.
    """

    left: Value
    right: Value


@frozen
class Any:
    """Some element of ``items``, as ``var``, satisfies ``where``."""

    var: str
    items: Items
    where: Condition
    name: str = ""
    """What those elements of an outer walk are called in emitted code, in snake_case, for which this holds."""


@frozen
class All:
    """Every element of ``items``, as ``var``, satisfies ``where``."""

    var: str
    items: Items
    where: Condition
    name: str = ""
    """What those elements of an outer walk are called in emitted code, in snake_case, for which this holds."""


@frozen
class And:
    """All ``conditions`` hold; true when there are none."""

    conditions: tuple[Condition, ...]


@frozen
class Or:
    """One of ``conditions`` holds; false when there are none."""

    conditions: tuple[Condition, ...]


@frozen
class Not:
    """``condition`` does not hold."""

    condition: Condition


Condition = Has | Equals | In | InRanges | StartsWithAny | Under | SameLevel | Any | All | And | Or | Not

TRUE = And(())
FALSE = Or(())


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

    Where it does not, there is a finding: ``message`` put together, about the value ``about`` (its JSON path and value
    are the finding's). Findings come in the order of the walk.
    """

    each: tuple[Each, ...]
    must: Condition
    message: tuple[Part, ...]
    about: Value
    when: Condition = TRUE
    name: str = ""
    """What the condition is called in emitted code, in snake_case, where the control has a good word for it."""


@frozen
class Check:
    """One checking statement of a policy.

    ``control`` and ``shape`` (``AllowHostPorts``: the verb, the control, what narrows it) name it; everything but
    ``params``, ``because`` and ``span`` depends on them alone. All findings of a check are one message, joined by
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
    """Why there is such a control at all, in a sentence or two."""


@frozen
class Default:
    """One ``default`` statement: where the field is unset, set it; or add to the list what it lacks.

    ``site`` says whose field ``path`` is: the pod's or each container's. ``inherits`` is the pod field that a
    container falls back on: where that is set, a container's own field is not defaulted (so setting the pod's field
    where *it* is unset gives every container the same effective value). ``unless`` is a further condition
    under which nothing is done. ``value`` is the JSON value to set, as nested tuples of (key, value) for an object.
    ``add`` holds what to add to the list instead, each element left out where the container's list ``unless_in`` has it.
    ``grants`` says that the default gives privilege: where a target cannot set it exactly, pods go without it, while a
    target that cannot set another default makes pods set it themselves. ``isolates`` says that it takes privilege and gives
    none, so that a target may set it for requests that are exempt. A uid, a group or a profile of the node does neither.
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
    grants: bool = False
    isolates: bool = False
    statement: str = ""


DefaultValue = Scalar | tuple[int, ...] | tuple[tuple[str, str], ...]
"""A scalar; a list of integers (``supplementalGroups``); or an object of strings as (key, value) pairs."""


@frozen
class Policy:
    """One policy: defaults first, then checks, each in the order of the registry of controls.

    ``note`` is what a pass has to say of it to those who read the output.
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

    The order of ``policies`` is the order in which they are tried. Who may use which is in ``grants``; a policy is not
    usable outside its own scope. ``mode`` is the choice's own: its members' modes say nothing. Requests outside of
    ``scope`` are not judged at all. An update is judged where it changes what a check of ``policies``, or one of ``concerns``,
    looks at. Of a ``live`` one the cluster is asked who may use what, and ``grants`` say nothing.
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
    """All that a compilation means: policies and choices, every one of which a pod must pass."""

    policies: tuple[Policy, ...] = ()
    choices: tuple[Choice, ...] = ()

    @property
    def policies_and_choices(self) -> tuple[Policy | Choice, ...]:
        """The policies, then the choices."""
        return (*self.policies, *self.choices)
