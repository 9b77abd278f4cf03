"""The record of a control. Its file is the one place that says what a statement about the control means.

A control lists its shapes: the requirements of each verb, as IR with the statement's values as parameters. All other code
(conflicts, printing, packaging) works on this record and knows no single control.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, Protocol

from pscc.base.frozen import frozen
from pscc.base.source import Span
from pscc.diagnostics import Report
from pscc.ir import Check, Condition, Default, ParamValue, Requirement, Scalar
from pscc.language.ast import On, Statement, Value, Verb
from pscc.psp.reading import Psp

Params = tuple[tuple[str, ParamValue], ...]
Takes = Literal["nothing", "values", "all of"]
Fragment = Mapping[str, object]
"""A piece of a pod or container as JSON, merged over another: objects field by field, lists replaced, None removes."""


class ValueKind(Protocol):
    """Parses the values of a statement."""

    @property
    def noun(self) -> str:
        """The noun for one value in messages: ``a port or a range of ports``."""
        ...

    @property
    def offered(self) -> tuple[str, ...]:
        """The values that an editor may offer; none where there are too many to list."""
        ...

    def parse(self, values: tuple[Value, ...], report: Report) -> Params:
        """The parameters of a check with ``values``. Errors in these go to ``report``."""
        ...


@frozen
class Shape:
    """One form that a checking statement of a control can take.

    ``description`` is a sentence that is true for all values. ``suffix`` makes the names of two shapes with one verb
    different.
    """

    verb: Verb
    takes: Takes
    requirements: tuple[Requirement, ...]
    description: str
    on: On = ""
    suffix: str = ""


@frozen
class DefaultShape:
    """The form that ``default`` takes for a control: ``build`` makes the IR default from the parsed values."""

    takes: Literal["nothing", "value", "add"]
    build: Callable[[Params, Span], Default]
    description: str


@frozen
class Probe:
    """A variation of a pod around the boundary of a check, laid over a pod that the policy accepts.

    ``pod`` is merged into the pod, ``container`` into one container (of each kind in turn). ``label`` is a DNS label.
    """

    label: str
    pod: Fragment | None = None
    container: Fragment | None = None


@frozen
class Unset:
    """What a pod or a container gets if a field is not set. A statement may be meant to refuse just that.

    ``happens`` is half a sentence for messages. ``path`` is the field, of a container or of the pod (``site``), and ``value`` is
    what unset stands for. ``is_set`` is true of a container if it sets the field, or if its pod does.
    """

    happens: str
    path: tuple[str, ...]
    value: Scalar
    is_set: Condition
    site: Literal["containers", "pod"] = "containers"

    @property
    def pod(self) -> Fragment:
        """A pod that sets the field to the value, or whose one container does."""
        nested: Scalar | dict[str, object] = self.value
        for name in reversed(self.path if self.site == "containers" else self.path[1:]):
            nested = {name: nested}
        assert isinstance(nested, dict)
        container: dict[str, object] = {"name": "main", "image": "app:1"}
        if self.site == "containers":
            return {"spec": {"containers": [{**container, **nested}]}}
        return {"spec": {"containers": [container], **nested}}


@frozen
class Control:
    """A control.

    - ``id`` is its name in the language, after the pod's field.
    - ``title`` and ``intent`` go into emitted annotations and ``pscc explain``; ``example`` is a statement for ``explain``.
    - ``psp_fields`` are the PSP fields and annotations with the same meaning.
    - ``psp`` returns the statements that a PSP makes about the control, even those that PSP leaves implicit.
    - ``probes`` yields pods around a check's boundaries.
    - ``everything`` has the words that the value ``*`` means, if any.
    - ``spellings`` takes the parameters of a ``deny`` with values, and returns more parameters: other spellings of the
      values.
    - ``unset`` is what containers get if the field is not set, for a control whose statements are meant to refuse that.
    """

    id: str
    title: str
    intent: str
    values: ValueKind
    shapes: tuple[Shape, ...]
    psp_fields: tuple[str, ...]
    psp: Callable[[Psp], Iterator[Statement]]
    probes: Callable[[Check], Iterator[Probe]]
    example: str
    default: DefaultShape | None = None
    everything: tuple[str, ...] = ()
    spellings: Callable[[Params], Params] | None = None
    unset: Unset | None = None

    @property
    def kind(self) -> str:
        """The id in CamelCase, as a part of names: ``capabilities.add`` is ``CapabilitiesAdd``, ``hostPID`` ``HostPID``."""
        return "".join(part[:1].upper() + part[1:] for part in self.id.split("."))


def shape_name(control: Control, shape: Shape) -> str:
    """The name of a check of this shape: ``AllowHostPorts``, ``RequireSeccompProfileOnPod``."""
    on = "".join(word.capitalize() for word in shape.on.split())
    return shape.verb.capitalize() + control.kind + shape.suffix + (f"On{on}" if on else "")


def check_of(control: Control, shape: Shape, params: Params, span: Span, because: str, statement: str) -> Check:
    """The check that a statement of this shape makes."""
    if control.spellings is not None and shape.verb == "deny" and shape.takes == "values":
        params = (*params, *control.spellings(params))
    return Check(
        control=control.id,
        shape=shape_name(control, shape),
        title=control.title,
        description=shape.description,
        requirements=shape.requirements,
        params=params,
        span=span,
        because=because,
        statement=statement,
        intent=control.intent,
    )
