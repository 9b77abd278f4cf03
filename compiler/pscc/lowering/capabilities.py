"""What a target can express. Every field says "cannot" until the target declares something else.

`legalise` reads these, so a target gets no construct that it has not declared.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from pscc import ir
from pscc.base.frozen import frozen

Version = tuple[int, int]
"""A release: ``(1, 30)``."""
Workloads = Literal["warn", "enforce", "off"]
"""The option ``--workloads``: what happens when somebody applies a Deployment or the like whose pods a policy would not admit."""
Layout = Literal["per-policy", "per-control"]
"""The option ``--layout``: whether an object holds all checks of a policy, or those of one control."""
Ability = Literal["cannot", "stricter", "exactly"]
"""``stricter``: the target leaves the construct out, and refuses more pods for that, never fewer."""
Ends = Literal["cannot", "when compiled", "by itself"]
"""How an exemption with ``until`` ends: the compile after its date leaves it out, or the engine looks at the clock."""
Subject = Literal["users", "groups", "serviceaccounts"]
Exempted = Literal["users", "groups", "serviceaccounts", "images", "containers"]
"""The kinds of exemptions, as the language spells them."""
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
"""The checks that judge the pods which a default changes: the checks of its policy, and of all policies beside it."""


def undeclared(default: ir.Default, judging: Judging) -> Setting | None:
    """None for every default: the target declares nothing about defaults."""
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

    Nor does it judge what members of ``groups`` ask for. ``help`` says what to set.
    """

    product: str
    namespaces: tuple[str, ...]
    help: str
    groups: tuple[str, ...] = ()


LetIn = FailsOpen | SkipsNamespaces
"""What the engine lets in as it is usually installed, so that no output can refuse it."""
ReleaseCost = SwitchedOff | SetsOnUpdates
"""What a release costs that the output can run on; ``for_defaults``: a program that sets defaults alone."""


# --- choices --------------------------------------------------------------------


@frozen
class Live:
    """What asking the cluster's RBAC costs in CEL: ``asked`` questions for each member, ``cost`` each, within ``budget``."""

    cost: int
    budget: int
    asked: int

    @property
    def most(self) -> int:
        """The largest number of members that a choice may have."""
        return self.budget // (self.cost * self.asked)


@frozen
class Budget:
    """What a review may ``cost`` in CEL; ``help`` says what to do about a pod that costs more."""

    cost: int
    help: str


@frozen
class Choices:
    """What a target can express of a choice.

    - ``grants_to``: the kinds of subjects that a grant can name.
    - ``defaults``: what the target does with the defaults of members. `Capabilities.defaults` decides about each one, too.
    - ``member_labels``: members whose namespaces go by labels. ``stricter``: such a member is never used.
    - ``live``: asking the cluster's RBAC. ``live_workloads``: judging workloads then. ``stricter``: they are not judged.
    - ``budget``: what a review may cost. None: the target has no limit that a review can reach.
    """

    grants_to: frozenset[Subject] = frozenset()
    defaults: Sets | LeavesUnset | None = None
    member_labels: Ability = "cannot"
    live: Live | None = None
    live_workloads: Ability = "cannot"
    budget: Budget | None = None


@frozen
class Folder:
    """A folder of an output that ``kubectl apply -k`` takes; ``.`` is the output itself.

    ``wait`` is the command that waits until what is in it is in force, empty where nothing has to wait. ``shared``: other outputs
    use what is in it.
    """

    name: str
    wait: str = ""
    shared: bool = False


@frozen
class Operated:
    """How people put an output into a cluster, and look at it there.

    - ``folders`` are applied in this order; an output need not have all of them. Where there is none, kubectl does not apply it.
    - ``findings``: the command that lists what an audit found; empty where that is in the API server's audit log alone.
    """

    folders: tuple[Folder, ...] = ()
    findings: str = ""


@frozen
class Capabilities:
    """What a target can express.

    - ``product``: the name of the product that runs the output.
    - ``updates``: judging updates of pods by what they change.
    - ``namespaces``: scopes by name. ``namespace_labels``: scopes by label. ``stricter``: the policy ignores the labels.
    - ``exemptions``: the kinds of exemptions. ``ends_exemptions``: how one ends at its date.
    - ``defaults``: a function of a default and the checks that read what it sets. None: the target has not declared it.
    - ``defaults_unless_exempt``: leaving exempt requests without defaults. ``stricter``: they get them.
    - ``warned_workloads``, ``enforced_workloads``: ``--workloads warn`` and ``enforce``. ``stricter`` of the first: the
      target refuses such workloads instead.
    - ``workload_defaults``: what the defaults of all policies make of a workload's pods counts where the workload is judged.
      Otherwise those count that are set wherever the policy holds.
    - ``suite``: the output has tests of its own.
    - ``kubernetes``: the Kubernetes release to compile for. ``requires``: the release that the output needs.
      ``costs``: what the release to compile for costs.
    - ``policy_budget``: what a review of one policy may cost. None: the target has no limit that a review can reach.
    - ``layouts``: the forms of `Layout` that the output can have, the usual one first.
    - ``options``: the options of a compile that the output depends on, by name: ``engine``. It is an error to give an option
      on which no output of a compile depends. ``layouts`` has the values of ``--layout``, so that is not named here.
    - ``lets_in``: what a usual installation lets in whatever the output says.
    - ``operated``: how people put an output into a cluster.
    - ``proven_from``: the kind of the objects that hold the checks, where ``pscc prove`` can read these back.
    """

    product: str = ""
    modes: frozenset[ir.Mode] = frozenset()
    updates: bool = False
    namespaces: bool = False
    namespace_labels: Ability = "cannot"
    exemptions: frozenset[Exempted] = frozenset()
    ends_exemptions: Ends = "cannot"
    defaults: Callable[[ir.Default, Judging], Setting | None] = undeclared
    defaults_unless_exempt: Ability = "cannot"
    choices: Choices | None = None
    warned_workloads: Ability = "cannot"
    enforced_workloads: Ability = "cannot"
    workload_defaults: Ability = "cannot"
    suite: bool = False
    kubernetes: Version | None = None
    requires: Release | None = None
    costs: tuple[ReleaseCost, ...] = ()
    policy_budget: Budget | None = None
    layouts: tuple[Layout, ...] = ()
    options: frozenset[str] = frozenset()
    lets_in: tuple[LetIn, ...] = ()
    operated: Operated | None = None
    proven_from: str = ""
