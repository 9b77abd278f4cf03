"""Prints a check as one validation of a policy in CEL, with the variables that it reads.

A policy holds all of its checks at once, so names are made of the check's. What the API server's type checker would
warn of is avoided: lists hold one type, and what differs in type is made ``dyn``. Must not import a control.
"""

from __future__ import annotations

from dataclasses import dataclass

from pscc import ir
from pscc.passes import Reads
from pscc.targets.cel import (
    CONTAINERS,
    NOTHING,
    access,
    all_of,
    camel,
    containers_of,
    findings_of,
    group,
    guards,
    literal,
    walks_containers,
)

OLD_CONTAINERS = "variables.oldContainers"


@dataclass(frozen=True, slots=True)
class Validation:
    """A check as CEL: ``variables`` in order, the ``expression`` that has to be true, the ``message`` where it is not.

    Without an old object the expression is about the object alone; an update passes where nothing changes that the
    check looks at.
    """

    variables: tuple[tuple[str, str], ...]
    expression: str
    message: str


def validation(check: ir.Check, reads: Reads) -> Validation:
    """The validation of a specialised ``check``, which looks at ``reads``."""
    name = check.shape[:1].lower() + check.shape[1:]
    own = names_of(name, check.requirements)
    variables = dict(shared(check, reads))
    variables |= zip(own, (findings_of(requirement) for requirement in check.requirements), strict=True)
    unchanged = f"{name}Unchanged"
    variables[unchanged] = all_of('request.operation == "UPDATE"', *same(reads))
    read = [f"variables.{one}" for one in own]
    holds = all_of(*(f'{one} == ""' for one in read))
    return Validation(
        tuple(variables.items()), f"{group(holds, ' ? ')} || variables.{unchanged}", _message(check, read)
    )


def names_of(name: str, requirements: tuple[ir.Requirement, ...]) -> list[str]:
    """What the variables of a check's ``requirements`` are called, where the check is called ``name``."""
    if len(requirements) == 1:
        return [name]
    words = [camel(requirement.name).removeprefix("failing") for requirement in requirements]
    return [name + (word if word and words.count(word) == 1 else str(n)) for n, word in enumerate(words, 1)]


def _message(check: ir.Check, read: list[str]) -> str:
    text = read[0] if len(read) == 1 else f'[{", ".join(read)}].filter(finding, finding != "").join("; ")'
    return f"{text} + {literal(because_of(check))}" if check.because else text


def because_of(check: ir.Check) -> str:
    """What stands behind the findings of ``check``, on one line: its reason, empty where it has none."""
    because = check.because.replace("\n", "\\n").replace("\r", "\\r")
    return f" ({because})" if because else ""


def shared(check: ir.Check, reads: Reads) -> list[tuple[str, str]]:
    """The variables that checks share: the lists of containers, where this one walks them."""
    shared: list[tuple[str, str]] = []
    walks = reads.containers or reads.container or reads.annotations
    if walks or walks_containers(check.requirements):
        shared.append((CONTAINERS.removeprefix("variables."), containers_of("object")))
    if walks:
        shared.append((OLD_CONTAINERS.removeprefix("variables."), containers_of("oldObject")))
    return shared


def changed(reads: list[Reads]) -> str:
    """True unless an update leaves the whole ``spec``, and the annotations if any check reads them, as they were."""
    texts = ['request.operation != "UPDATE"', "object.spec != oldObject.spec"]
    if any(one.annotations for one in reads):
        new, old = (_listed(ir.Path(ir.POD, ("metadata", "annotations")), root) for root, _ in _SIDES)
        texts.append(f"({new}) != ({old})")
    return " || ".join(texts)


# --- updates ------------------------------------------------------------------


_SIDES = (("object", CONTAINERS), ("oldObject", OLD_CONTAINERS))


def same(reads: Reads) -> list[str]:
    """Equalities that together say that an update leaves ``reads`` as it was."""
    pairs = [[_listed(ir.Path(ir.POD, fields), root) for root, _ in _SIDES] for fields in reads.pod]
    if reads.containers or reads.container or reads.annotations:
        pairs.append([f"{listed}.map(container, container.name)" for _, listed in _SIDES])
        for fields in reads.container:
            own = _listed(ir.Path("container", fields), "object")
            pairs.append([f"{listed}.map(container, {own})" for _, listed in _SIDES])
        for prefix in reads.annotations:
            pairs.append([f"{listed}.map(container, {_entry(prefix, root)})" for root, listed in _SIDES])
    return [f"{group(one, ' ? ')} == {group(other, ' ? ')}" for one, other in pairs]


def _listed(path: ir.Path, root: str) -> str:
    """A list of what is at ``path``, empty where it is not set: the two compare whatever the type is."""
    guard = guards(path, NOTHING, root)
    return f"{guard} ? [{access(path, root)}] : []" if guard else access(path, root)


def _entry(prefix: str, root: str) -> str:
    of, key = f"{root}.metadata.annotations", f"{literal(prefix)} + container.name"
    return f"has({of}) && {key} in {of} ? [{of}[{key}]] : []"
