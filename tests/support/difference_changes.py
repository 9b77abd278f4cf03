"""Changes to sources, one at a time, with what each may make of them: everything that the registry and the grammar offer."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from conformance.space import grammar, words
from pscc.controls import CONTROLS
from pscc.controls._base import Control, Shape
from pscc.ir import LARGEST_NUMBER
from pscc.meaning.narrowing import FIELDS

GRANTS = (
    ("users alice", "users alice, bob"),
    ("users alice", "users al*"),
    ("groups ops", "groups ops, dev"),
    ("groups ops", "groups op*"),
    ("groups ops", "groups ops, system:nodes"),
    ("serviceaccounts team-a/robot", "serviceaccounts team-a/*"),
    ("serviceaccounts team-a/robot", "serviceaccounts team-*"),
    ("serviceaccounts team-a/robot", "serviceaccounts team-a/robot, ci/deployer"),
    ("groups system:serviceaccounts:team-a", "groups system:serviceaccounts"),
    ("groups system:serviceaccounts:team-a", "groups system:serviceaccounts:*"),
    ("users alice", "users alice, groups ops"),
    ("groups ops", "groups system:authenticated"),
    ("groups system:authenticated", "everyone"),
    ("users alice", "everyone"),
    ("everyone in namespaces a", "everyone in namespaces a, b"),
    ("everyone in namespaces team-a", "everyone in namespaces team-*"),
    ("everyone in namespaces team-a", "everyone"),
    ("groups ops in namespaces a", "groups ops"),
)
"""Subjects, and more of them."""
SCOPES = (
    ("in namespaces a", "in namespaces a, b"),
    ("in namespaces team-a", "in namespaces team-*"),
    ("in namespaces a", ""),
    ("in namespaces tier=edge, env=prod", "in namespaces tier=edge"),
    ("except namespaces a, b", "except namespaces a"),
    ("except namespaces team-*", "except namespaces team-a"),
    ("except namespaces tier=edge", ""),
    ("except namespaces kube-system", ""),
)
"""Where a policy holds, and more places."""
EXEMPTIONS = (
    ("users alice", "users alice, bob"),
    ("users alice", "users al*"),
    ("groups ops", "groups ops, dev"),
    ("serviceaccounts a/b", "serviceaccounts a/*"),
    ("containers main", "containers main, side"),
    ("images app:1", "images app*"),
    ("images localhost/x", "images localhost/x, containers main"),
)
"""Who and what is exempt, and more of them."""


_LARGEST = str(LARGEST_NUMBER)
"""No pod has it: ids and ports are smaller."""


@dataclass(frozen=True, slots=True)
class SourceChange:
    """``narrow`` admits no pod that ``wide`` refuses; ``certain`` where ``wide`` is known to admit more, and not the same."""

    what: str
    narrow: str
    wide: str
    certain: bool = True


def changes(rng: random.Random) -> Iterator[SourceChange]:
    """A change for every form of statement, added and its values made more, and every grant, scope, exemption and mode."""
    for control in CONTROLS:
        for shape in control.shapes:
            yield from _of_statement(control, shape, rng)
    for narrow, wide in GRANTS:
        yield SourceChange(f"grant {narrow}, {wide}", _choice(narrow), _choice(wide))
        yield SourceChange(f"grant {wide}", _choice(), _choice(wide))
        yield SourceChange(f"second grant {narrow}, {wide}", _choice(narrow, "users root"), _choice(wide, "users root"))
    for less, more in SCOPES:
        yield SourceChange(f"scope {less}", _policy("deny hostPID", more), _policy("deny hostPID", less))
        member = "policy q {{\n deny hostPID\n {}\n}}\nchoose {{\n q for everyone\n}}\n"
        yield SourceChange(f"scope of a member {more}", member.format(less), member.format(more))
    for less, more in EXEMPTIONS:
        narrow, wide = (f'exempt {exempted} because "r"' for exempted in (less, more))
        yield SourceChange(f"exempt {more}", _policy("deny privileged", narrow), _policy("deny privileged", wide))
        yield SourceChange(f"exempt {less}", _policy("deny privileged"), _policy("deny privileged", narrow))
    yield from _of_unless()
    for mode in grammar.words("MODE"):
        if mode != "enforce":
            yield SourceChange(f"mode {mode}", _policy("deny hostPID"), _policy(mode, "deny hostPID"))
            yield SourceChange(f"statement {mode}", _policy("deny hostPID"), _policy(f"{mode} deny hostPID"))
            yield SourceChange(
                f"choose {mode}", _choice("groups a"), _choice("groups a").replace("choose", f"choose {mode}")
            )


def _of_unless() -> Iterator[SourceChange]:
    """A condition under which a line does not hold, and further ones that make it hold in fewer pods, or in more."""
    line = "deny volumes emptyDir"
    conditions = [
        f"{name} {negation}{value}"
        for name, kind in FIELDS.items()
        for value in kind.values
        for negation in ("", "not ")
    ]
    for condition in conditions:
        yield SourceChange(f"unless {condition}", _policy(line), _policy(f"{line} unless {condition}"))
    for one, other in combinations(conditions, 2):
        if one.split()[0] != other.split()[0]:
            alone, both, either = (f"{line} unless {c}" for c in (one, f"{one} and {other}", f"{one} or {other}"))
            yield SourceChange(f"unless {one} and {other}", _policy(both), _policy(alone), False)
            yield SourceChange(f"unless {one} or {other}", _policy(alone), _policy(either), False)


def defaults(rng: random.Random) -> Iterator[tuple[str, str]]:
    """A default of each control that has one, with another of the same control, or with none where it takes no value."""
    for control in CONTROLS:
        if control.default is None:
            continue
        manner = f" {control.default.takes}" if control.default.takes in grammar.words("MANNER") else ""
        if control.default.takes == "nothing":
            yield f"default {control.id}", ""
            continue
        values = [words.values(control, rng, single=not manner, literal=True) for _ in range(8)]
        other = next((value for value in values if value != values[0]), None)
        lines = [f"default {control.id}{manner} {value}" for value in (values[0], other) if value is not None]
        yield lines[0], ""
        if len(lines) > 1:
            yield lines[0], lines[1]


def _of_statement(control: Control, shape: Shape, rng: random.Random) -> Iterator[SourceChange]:
    on = f" on {shape.on}" if shape.on else ""
    manner = f" {shape.takes}" if shape.takes in grammar.words("MANNER") else ""
    alone = f"{shape.verb} {control.id}"
    if shape.takes == "nothing":
        yield SourceChange(alone + on, _policy("default nonRoot", f"{alone}{on}"), _policy("default nonRoot"), False)
        return
    for _ in range(2):
        more = ", ".join(
            word for word in words.values(control, rng, False, bool(manner)).split(", ") if _LARGEST not in word
        )
        less = more.split(", ")[0]
        if not more:
            continue
        narrow, wide = (f"{alone}{manner} {values}{on}" for values in (less, more))
        yield SourceChange(wide, _policy("default nonRoot", wide), _policy("default nonRoot"), False)
        if less != more and not control.id.startswith("seLinuxOptions"):
            if shape.verb == "deny" or manner == " all of":
                narrow, wide = wide, narrow
            yield SourceChange(f"{narrow}, {wide}", _policy(narrow), _policy(wide), False)


def _policy(*lines: str) -> str:
    return "policy p {\n" + "".join(f"    {line}\n" for line in lines if line) + "}\n"


def _choice(*subjects: str) -> str:
    """A choice in which each of ``subjects`` may use a policy of its own, beside one for nobody that there is."""
    names = [f"q{number}" for number in range(len(subjects))]
    policies = "".join(
        f"policy {name} {{\n    deny host{what}\n}}\n" for name, what in zip(names, ("PID", "IPC"), strict=False)
    )
    grants = "".join(f"    {name} for {some}\n" for name, some in zip(names, subjects, strict=True))
    return (
        f"policy last {{\n    deny privileged\n}}\n{policies}choose {{\n{grants}    last for users nobody-at-all\n}}\n"
    )
