"""The kinds of a pod's fields: the values that a field can have, and more facts of Kubernetes about it."""

from __future__ import annotations

from typing import Literal

from pscc.base.frozen import frozen

Release = tuple[int, int]
"""A release of Kubernetes: ``(1, 30)``."""
ALWAYS: Release = (1, 0)
NOT_YET: Release = (1, 999)
"""The release of a field that no release keeps yet, unless a feature gate is switched on."""


@frozen
class Boolean:
    """True or false. Of a ``plain`` one false is the same as unset: the API server leaves it out."""

    plain: bool = False


@frozen
class Integer:
    """A whole number within ``low`` to ``high``, ends included. Of a ``plain`` one 0 is the same as unset."""

    low: int
    high: int
    plain: bool = False


@frozen
class Enumeration:
    """One of ``values``, the plainest first. ``plain``: the empty text is the same as unset."""

    values: tuple[str, ...]
    plain: bool = True


@frozen
class Text:
    """A text: a name, a path, an image. Of a ``plain`` one the empty text is the same as unset."""

    plain: bool = True


@frozen
class ListOf:
    """A list of elements of the kind ``of``. Of a ``plain`` one the empty list is the same as unset."""

    of: Kind
    plain: bool = True


@frozen
class Object:
    """An object of named fields."""

    fields: tuple[Field, ...]

    def field(self, name: str) -> Field | None:
        """The field ``name``; None if there is none."""
        return next((field for field in self.fields if field.name == name), None)


@frozen
class Opaque:
    """An object or a list whose inside is not described, since no control reads it. An empty list is the same as unset.

    Of a ``plain`` one, which is a map of texts, the empty object is, too.
    """

    plain: bool = False


Kind = Boolean | Integer | Enumeration | Text | ListOf | Object | Opaque
System = Literal["", "linux", "windows"]


@frozen
class Field:
    """A field of a pod.

    ``system``: the operating system whose pods alone may have it. ``since``: the first release of Kubernetes that keeps it
    when no feature gate is changed; an older one drops it. ``needs``: a value that will do, where the API server refuses
    an object without the field. ``filled``: what the API server sets before a policy sees the pod, where the field is unset.
    ``ephemeral``: whether an ephemeral container may have it. ``changes``: whether an update of a pod may change it.
    """

    name: str
    kind: Kind
    system: System = ""
    since: Release = ALWAYS
    needs: object = None
    filled: str | int | bool | None = None
    ephemeral: bool = True
    changes: bool = False
