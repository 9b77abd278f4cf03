"""What requirements are made of: values read of a pod, lists of them, and conditions on them.

A value is a JSON scalar or *unset*; a field that is missing or null is unset, and so is a field of something unset. A
condition is true or false, never unset: a comparison with an unset operand is false. A list that is unset has no elements.
"""

from __future__ import annotations

from typing import Literal

from pscc.base.frozen import frozen

Scalar = str | int | bool

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


@frozen
class Upper:
    """The string ``value`` in capital letters, as `base.capitals.in_capitals` has them; unset where ``value`` is no string."""

    value: Path


Value = Path | Const | Param | Coalesce | Concat | Entry | Upper


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
"""A list whose elements can be walked; a ``Path`` leads to a list, a ``Param`` or ``Const`` is of a list kind."""


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
    """A name in snake_case for emitted code: it names the elements of an outer walk for which this holds."""


@frozen
class All:
    """Every element of ``items``, as ``var``, satisfies ``where``."""

    var: str
    items: Items
    where: Condition
    name: str = ""
    """A name in snake_case for emitted code: it names the elements of an outer walk for which this holds."""


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
