"""The words in which differences are reported, whatever the format: a line for each change, and where it holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from pscc.base.frozen import frozen
from pscc.diagnostics.render import clean

if TYPE_CHECKING:
    from pscc.ir.access import Request
    from pscc.reasoning.difference.difference import Difference
    from pscc.reasoning.difference.witness import Witness

OBJECTS: Mapping[str, str] = MappingProxyType({"enforce": "refuses", "warn": "warns of", "audit": "reports"})
"""What a program does by its mode with a pod that it objects to."""
EQUIVALENT = "equivalent, no difference: both admit, warn of and change the same pods"
_MOST = 3


@frozen
class Line:
    """One change: ``kind`` is ``looser``, ``stricter``, …; ``what`` is the control, ``where`` for whom, empty for all."""

    kind: str
    what: str
    where: str

    def __str__(self) -> str:
        """The line as text."""
        return f"{self.kind:<9} {', '.join(filter(None, (self.what, self.where)))}"


def headline(difference: Difference) -> str:
    """How NEW compares with OLD, in one sentence."""
    match difference.relation:
        case "undecided":
            return "undecided: the search was given up before it could say how NEW compares with OLD"
        case "equivalent" if not difference:
            return EQUIVALENT
        case "equivalent":
            return "NEW and OLD are equivalent in what they admit; they differ in what they warn of, report or set"
        case "incomparable":
            return "NEW and OLD are incomparable: each admits a pod that the other refuses"
        case relation:
            return f"NEW is {relation} than OLD"


def kinds(difference: Difference) -> Iterator[tuple[str, tuple[Witness, ...], str, str]]:
    """(kind, witnesses, who objects, who does not) for the kinds of differences that have witnesses."""
    yield "looser", difference.looser, "OLD", "NEW"
    yield "stricter", difference.stricter, "NEW", "OLD"
    yield "quieter", difference.quieter, "OLD", "NEW"
    yield "louder", difference.louder, "NEW", "OLD"


def lines(difference: Difference) -> Iterator[Line]:
    """One line for each change."""
    for kind, witnesses, who, _ in kinds(difference):
        for witness in witnesses:
            yield Line(kind, of_witness(witness, who), where_of(witness, witness.requests))
    for change in difference.changed:
        yield Line("changed", change.control, where(change.requests))
    for undecided in difference.undecided:
        yield Line("undecided", undecided.control, undecided.reason)


def of_witness(witness: Witness, who: str) -> str:
    """What a witness is about; ``who`` is the program that objects to it."""
    text = f"{who} grants no policy" if witness.control == "choose" else witness.control
    if witness.old_pod is not None:
        text += f" ({update(witness)})"
    return f"{text}, behind {', '.join(witness.behind)}" if witness.behind else text


def update(witness: Witness) -> str:
    """Which update a witness is."""
    spec = witness.pod["spec"]
    if isinstance(spec, dict) and "ephemeralContainers" in spec:
        return "when a container is added"
    if isinstance(witness.old_pod, dict) and witness.old_pod["spec"] == spec:
        return "when an annotation of a running pod is changed"
    return "when the image of a running pod is changed"


def where(requests: Iterable[Request]) -> str:
    """Who asks, and in which namespaces, in words. Empty for a plain request.

    Requests by the same people in several namespaces are put together.
    """
    asked = list(requests)
    if any(not _place(request) and not _who(request) for request in asked):
        return ""
    by_who: dict[tuple[str, ...], list[str]] = {}
    for request in asked:
        by_who.setdefault(_who(request), []).append(_place(request))
    by_places: dict[tuple[str, ...], list[str]] = {}
    for who, places_of in by_who.items():
        places = () if "" in places_of else tuple(dict.fromkeys(places_of))
        by_places.setdefault(places, []).append(" and ".join(who))
    texts = []
    for places, names in by_places.items():
        parts = [] if "" in names else [f"for {_some(names)}"]
        parts += [f"in {_some(places)}"] if places else []
        texts.append(" ".join(parts))
    return _some(texts, "; ")


def where_of(witness: Witness, requests: Iterable[Request]) -> str:
    """The text of `where` for ``requests`` of ``witness``.

    If the difference is a missing grant, the text names who lacks it, even for a plain request.
    """
    return where(requests) or ("to anybody whom its grants do not name" if witness.control == "choose" else "")


def _some(texts: Iterable[str], between: str = ", ") -> str:
    listed = list(texts)
    more = f" and {len(listed) - _MOST} more" if len(listed) > _MOST else ""
    return between.join(listed[:_MOST]) + more


def _place(request: Request) -> str:
    parts = [] if request.namespace == "default" else [f"namespace {clean(request.namespace)}"]
    parts += [f"a namespace labelled {clean(f'{key}={value}')}" for key, value in request.namespace_labels]
    return " and ".join(parts)


def _who(request: Request) -> tuple[str, ...]:
    from pscc.reasoning.difference.reach import names

    return tuple(map(clean, names(request)))


def value(json_value: object) -> str:
    """A value of a pod, as it is written in YAML on one line."""
    return "not set" if json_value is None else clean(json.dumps(json_value))


def manifest(pod: Mapping[str, object]) -> str:
    """``pod`` as YAML."""
    import yaml

    return str(yaml.safe_dump(dict(pod), sort_keys=False, default_flow_style=False))
