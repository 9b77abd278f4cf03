"""The words of drawn programs: few enough that grants, exemptions, scopes and requests meet, odd enough to need care."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from itertools import pairwise

from conformance.policies import _WORDS as WORDS
from pscc.controls._base import Control
from pscc.controls._values import Boolean, HostPaths, NoValues, Profiles, Ranges, SeLinux, Words

NAMESPACES = ("team-a", "team-b", "team-ab", "prod", "kube-system", '"default"')
NAMESPACE_PREFIXES = ("team-*", "team-a*", "kube-*", "*")
LABELS = ("tier=edge", "tier=core", "example.com/env=prod")
NAMES: dict[str, tuple[str, ...]] = {
    "users": ("alice", "team:carl", "system:serviceaccount:team-a:robot", "system:node:n1", '"odd \\"user\\" {{ x }}"'),
    "groups": (
        "ops", "dev", "system:authenticated", "system:masters", "system:nodes", "system:serviceaccounts",
        "system:serviceaccounts:team-a",
    ),
    "serviceaccounts": ("team-a/robot", "kube-system/agent", "prod/default", "team-ab/robot"),
    "containers": ("main", "init", "istio-proxy"),
    "images": ("app:1", "registry.example/mesh/proxy:2", "localhost/x"),
}  # fmt: skip
"""What can be named, by the keyword in front of it."""
PREFIXES: dict[str, tuple[str, ...]] = {
    "users": ("team:*", "system:serviceaccount:team-a:*", "system:serviceaccount:*", "*"),
    "groups": ("op*", "system:serviceaccounts:*", "system:*"),
    "serviceaccounts": ("team-a/*", "team-*", "kube-system/ag*"),
    "containers": ("istio-*", "mai*"),
    "images": ("registry.example/mesh/*", "registry.example/*", "localhost/*", "app*"),
}
_ANY = ("alpha", "alpha-*", '"it\'s {{ odd }}"')
_PROFILES = ("runtime/default", "unconfined", "localhost/a.json", "localhost/x*", "localhost/*")
_PATHS = ("/var/log (read-only)", "/tmp", "/", "/var/log/app", '"/data,x" (read-only)', "/var")
_IDS = (0, 1, 80, 443, 999, 1000, 65534, 30000, 1000660000)
REASONS = ("the wiki", 'it isn\'t "safe"', "see {{ here }} $(there) object.spec", "a; b, c", "ü\\n")
_LARGEST_ID = 2**31 - 1
"""Of a uid or gid that the API server takes. Source: ``ValidateUserID`` in ``k8s.io/apimachinery/pkg/util/validation``."""


def quoted(text: str) -> str:
    """``text`` as a string of the language."""
    return json.dumps(text, ensure_ascii=False)


def named(kind: str, rng: random.Random) -> str:
    """Names of ``kind``, one to three, some of them prefixes; of a kind that is not known here any word."""
    pool = [*NAMES.get(kind, _ANY), *PREFIXES.get(kind, ())]
    return ", ".join(rng.sample(pool, rng.choice((1, 1, 2, 3))))


def namespaces(rng: random.Random, labels: bool = True) -> str:
    """Namespaces by name, prefix and, with ``labels``, label, of all kinds in one line."""
    pool = [*NAMESPACES, *NAMESPACE_PREFIXES[:3], *(LABELS if labels else ())]
    return ", ".join(rng.sample(pool, rng.choice((1, 1, 2, 3))))


def apart(names: str) -> tuple[str, ...]:
    """``names`` of `namespaces`, each kind for a line of its own: names and prefixes, and labels."""
    listed = names.split(", ")
    kinds = ([name for name in listed if name not in LABELS], [name for name in listed if name in LABELS])
    return tuple(", ".join(kind) for kind in kinds if kind)


def values(control: Control, rng: random.Random, single: bool, literal: bool = False) -> str:
    """Values that ``control`` takes, by their kind; of a kind that is not known here those of the control's example.

    One where ``single``; without wildcards and ranges where ``literal``.
    """
    pool = _pool(control)
    single = single or isinstance(control.values, Boolean)
    if isinstance(control.values, SeLinux):
        return ", ".join(word for word in pool if rng.random() < 0.5) or pool[0]
    if literal:
        pool = [word for word in pool if not word.endswith("*") and not _is_range(word)]
        pool = [word for word in pool if not word.isdigit() or int(word) <= _LARGEST_ID]
    return ", ".join(rng.sample(pool, 1 if single else rng.randint(1, min(3, len(pool)))))


def _is_range(text: str) -> bool:
    return "-" in text and text.replace("-", "").isdigit()


def _pool(control: Control) -> list[str]:
    kind = control.values
    match kind:
        case NoValues():
            return []
        case Boolean():
            return ["true", "false"]
        case Ranges():
            ids = [n for n in (kind.low, *_IDS, kind.high) if kind.low <= n <= kind.high]
            pairs = [f"{low}-{high}" for low, high in pairwise(ids) if low < high]
            return list(dict.fromkeys((*map(str, ids), *pairs)))
        case HostPaths():
            return list(_PATHS)
        case Profiles():
            return list(_PROFILES)
        case SeLinux():
            return ["user=u", "role=r", "type=t", 'level="s0:c1,c2"']
        case Words() if control.id in WORDS or kind.known:
            return list(dict.fromkeys((*WORDS.get(control.id, ()), *kind.known[:6], *(("*",) if kind.star else ()))))
        case Words():
            return [*_of_example(control), *_ANY]
        case _:
            return list(_of_example(control))


def _of_example(control: Control) -> Sequence[str]:
    from pscc.base.source import SourceFile
    from pscc.language.parser import parse
    from pscc.language.printer import print_value

    document = parse(SourceFile("example.psp", f"policy p {{ {control.example} }}"))
    return [
        print_value(value)
        for policy in document.policies
        for statement in policy.statements
        for value in statement.values
    ]
