"""What a target can express. Every field says that it cannot, until the target declares otherwise.

`legalise` asks these, so a target receives nothing that it has not declared.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from pscc import ir
from pscc.base.frozen import frozen

Version = tuple[int, int]
"""A release: ``(1, 30)``."""
Workloads = Literal["warn", "enforce", "off"]
"""What happens when a Deployment or the like is applied whose pods a policy would not admit."""
Ability = Literal["cannot", "stricter", "exactly"]
"""``stricter``: the target leaves the construct out, and refuses more pods for that, never fewer."""
Subject = Literal["users", "groups", "serviceaccounts"]
Exempted = Literal["users", "groups", "serviceaccounts", "images", "containers"]
"""Who or what an exemption is about, as the language spells it."""
SUBJECTS: frozenset[Subject] = frozenset({"users", "groups", "serviceaccounts"})
EXEMPTED: frozenset[Exempted] = frozenset({"users", "groups", "serviceaccounts", "images", "containers"})
MODES: frozenset[ir.Mode] = frozenset({"enforce", "warn", "audit"})


# --- defaults -------------------------------------------------------------------


@frozen
class Sets:
    """The target sets the default as the policy does."""


@frozen
class SetsWidely:
    """The target sets the default wherever the field itself is unset: it cannot test the default's condition."""


@frozen
class LeavesUnset:
    """The target does not set the default. ``cause`` says why: the beginning of a sentence that ends in the default."""

    cause: str


Setting = Sets | SetsWidely | LeavesUnset
"""What a target does with a default. None in its place: the target has not declared it."""


Judging = tuple[ir.Check, ...]
"""The checks that judge the pods which a default changes: those of its policy, and of all that may hold beside it."""


def undeclared(default: ir.Default, judging: Judging) -> Setting | None:
    """Of no default it is declared what the target does."""
    return None


# --- releases -------------------------------------------------------------------


@frozen
class Release:
    """The output runs on ``product`` (``Kyverno``) from the release ``least`` on; ``given`` is the one that is compiled for.

    From the release ``ended`` on it runs there no more, and users compile for the target ``instead``.
    """

    product: str
    least: Version
    given: Version
    help: str
    ended: Version | None = None
    instead: str = ""


@frozen
class SwitchedOff:
    """Kubernetes ``release`` serves ``kind`` in ``version`` only where its API server is configured to."""

    kind: str
    version: str
    release: Version
    for_defaults: bool = False


@frozen
class SetsOnUpdates:
    """``product`` of ``release`` sets defaults on updates of pods as well, which the API server then refuses."""

    product: str
    release: Version
    mended: Version
    for_defaults: bool = True


@frozen
class FailsOpen:
    """A usual installation of ``product`` lets a request in that its webhook does not answer within ``seconds``.

    ``help`` says what to set.
    """

    product: str
    seconds: int
    help: str


@frozen
class SkipsNamespaces:
    """A usual installation of ``product`` does not judge what is in ``namespaces``, whatever a policy says.

    ``help`` says what to set.
    """

    product: str
    namespaces: tuple[str, ...]
    help: str


LetIn = FailsOpen | SkipsNamespaces
"""What the engine lets in as it is usually installed, so that no output can refuse it."""
ReleaseCost = SwitchedOff | SetsOnUpdates
"""What a release costs that the output can run on; ``for_defaults``: a program that sets defaults alone."""


# --- choices --------------------------------------------------------------------


@frozen
class Live:
    """What asking the cluster's RBAC costs: a question ``cost``, of each member ``asked`` times, out of a ``budget``."""

    cost: int
    budget: int
    asked: int

    @property
    def most(self) -> int:
        """Of how many members of a choice the cluster can be asked."""
        return self.budget // (self.cost * self.asked)


@frozen
class Choices:
    """What a target can do of a choice.

    - ``grants_to``: whom a grant can name.
    - ``defaults``: what becomes of the members' defaults; of each one `Capabilities.defaults` is asked as well.
    - ``member_labels``: members whose namespaces go by labels; ``stricter``: such a member is never used.
    - ``live``: asking the cluster's RBAC. ``live_workloads``: workloads where it is asked; ``stricter``: nothing is said.
    - ``budget``: what a review may cost in CEL, where that can be too little; 0 where it cannot.
    """

    grants_to: frozenset[Subject] = frozenset()
    defaults: Sets | LeavesUnset | None = None
    member_labels: Ability = "cannot"
    live: Live | None = None
    live_workloads: Ability = "cannot"
    budget: int = 0


@frozen
class Capabilities:
    """What a target can express.

    - ``product``: what runs the output, as people call it.
    - ``updates``: judging updates of pods by what they change.
    - ``namespaces``: scopes by name. ``namespace_labels``: by label; ``stricter``: the policy holds whatever the labels are.
    - ``exemptions``: who and what can be exempt.
    - ``defaults``: what becomes of a default, given the checks that judge what it sets; None where that is not declared.
    - ``defaults_unless_exempt``: leaving exempt requests without defaults; ``stricter``: they get them.
    - ``warned_workloads``, ``enforced_workloads``: what ``--workloads warn`` and ``enforce`` ask for; ``stricter`` of the
      first: workloads are refused instead.
    - ``suite``: the output has tests of its own.
    - ``kubernetes``: the release whose pods the output is for. ``requires``: the release that the output needs.
      ``costs``: what the release costs that is compiled for.
    - ``lets_in``: what a usual installation lets in whatever the output says.
    """

    product: str = ""
    modes: frozenset[ir.Mode] = frozenset()
    updates: bool = False
    namespaces: bool = False
    namespace_labels: Ability = "cannot"
    exemptions: frozenset[Exempted] = frozenset()
    defaults: Callable[[ir.Default, Judging], Setting | None] = undeclared
    defaults_unless_exempt: Ability = "cannot"
    choices: Choices | None = None
    warned_workloads: Ability = "cannot"
    enforced_workloads: Ability = "cannot"
    suite: bool = False
    kubernetes: Version | None = None
    requires: Release | None = None
    costs: tuple[ReleaseCost, ...] = ()
    lets_in: tuple[LetIn, ...] = ()
