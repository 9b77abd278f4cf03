"""The exemptions of an object as lines for those who review it: who or what, the reason, and the date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pscc import ir
from pscc.ir.access import ContainerExemption, Exemption, Names
from pscc.output.templating import Code, comment, json_string, yaml_block
from pscc.targets.shared.descriptions import beginning

_ROOM = 128 * 1024
"""Bytes: half of what the annotations of an object may have together."""
_BARE = re.compile(r'[^\s,"*]+')


def of_requests(exemptions: Iterable[Exemption]) -> Iterator[str]:
    """A line for each exemption of users, groups and service accounts: ``users ann: on call (until 2027-01-31)``."""
    for exemption in exemptions:
        who = exemption.subjects
        yield _line(exemption, users=who.users, groups=who.groups, serviceaccounts=who.service_accounts)


def of_containers(checks: Iterable[ir.Check]) -> Iterator[str]:
    """A line for each exemption of containers and images. If it is for certain checks, the line names them."""
    listed = tuple(checks)
    controls: dict[ContainerExemption, dict[str, None]] = {}
    for check in listed:
        for exemption in check.exemptions:
            controls.setdefault(exemption, {})[check.control] = None
    for exemption, named in controls.items():
        tail = f" from {', '.join(named)}" if len(listed) > 1 else ""
        yield _line(exemption, tail, containers=exemption.containers, images=exemption.images)


def of_policy(policy: ir.Policy) -> Iterator[str]:
    """A line for each exemption of ``policy``."""
    yield from of_requests(policy.exemptions)
    yield from of_containers(policy.checks)


def of_choice(choice: ir.Choice) -> Iterator[str]:
    """A line for each exemption of a policy of ``choice``, with the name of the policy."""
    for policy in choice.policies:
        yield from (f"{policy.name}: {text}" for text in of_policy(policy))


def as_annotation(lines: Iterable[str]) -> Code:
    """``lines`` as the lines of the annotation's value, empty where there are none: as many as an annotation may have."""
    kept: list[str] = []
    room, left = _ROOM, 0
    for line in (comment(beginning(line)) for line in lines):
        room -= len(line.encode()) + 1
        if room >= 0:
            kept.append(line)
        else:
            left += 1
    more = [f"… and {left} more: the source has them"] if left else []
    return yaml_block("\n".join((*kept, *more)), 6)


def as_comments(lines: Iterable[str]) -> list[Code]:
    """``lines`` as lines of comments."""
    return [Code(comment(line)) for line in lines]


def _line(exemption: Exemption | ContainerExemption, tail: str = "", /, **kinds: Names) -> str:
    what = ", ".join(f"{kind} {_listed(names)}" for kind, names in kinds.items() if names)
    until = f" (until {exemption.until})" if exemption.until else ""
    return f"{what}{tail}: {exemption.reason}{until}"


def _listed(names: Names) -> str:
    exact = (name if _BARE.fullmatch(name) else json_string(name) for name in names.exact)
    return ", ".join((*exact, *(f"{prefix}*" for prefix in names.prefixes)))
