"""What a target cannot do of a program, as records. Code decides by these, never by a text.

Each makes the output stricter, or is a cost of a release or a limit. `shortfall_text.diagnostic_of` puts it into words.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from pscc import ir
from pscc.base.frozen import frozen
from pscc.base.source import Span
from pscc.ir.access import Exemption, Grant
from pscc.lowering.capabilities import Budget, ReleaseCost, Workloads
from pscc.pod.validity import Refusal


@frozen
class DefaultNotSet:
    """``default`` of ``policy`` is not set, because of ``cause``. ``required``: pods must set it themselves."""

    policy: str
    default: ir.Default
    cause: str
    required: bool


@frozen
class ChoiceDefaultsNotSet:
    """The defaults of ``controls`` in ``policy``, a member of a choice, are not set. ``required``: pods must set them."""

    policy: ir.Policy
    controls: tuple[str, ...]
    why: str
    required: bool


@frozen
class UpdatesMustHave:
    """An update of a pod is refused without what the defaults of ``controls`` in ``policy``, a member of a choice, would set."""

    policy: ir.Policy
    controls: tuple[str, ...]


@frozen
class RefusedOnceSet:
    """``target`` sets ``default`` of ``policy`` in pods that the API server then refuses, for each of ``refusals``.

    ``admitted``: the policy admits these pods. Otherwise it refuses them, and the API server's words hide its own.
    """

    target: str
    policy: ir.Policy
    default: ir.Default
    refusals: tuple[Refusal, ...]
    admitted: bool


@frozen
class DefaultSetWidely:
    """``target`` sets ``default`` of ``policy`` wherever the field itself is unset."""

    target: str
    policy: str
    default: ir.Default


@frozen
class LabelsUnseen:
    """``policy`` holds in namespaces whatever their labels are, since ``target`` sees their names alone."""

    target: str
    policy: ir.Policy


@frozen
class NeverUsed:
    """``policy``, one of a choice, goes by labels of namespaces, which the rules of the choice do not see."""

    policy: ir.Policy


@frozen
class SetForExempt:
    """Exempt requests get the defaults of ``policy``, too: mutations of ``target`` do not see the requester."""

    target: str
    policy: ir.Policy


@frozen
class WorkloadsRefused:
    """``target`` refuses workloads whose pods ``policy`` would refuse, where a warning was asked for."""

    target: str
    policy: ir.Policy


@frozen
class WorkloadsUnjudged:
    """``choice`` asks the cluster's RBAC, so it judges pods but no workloads."""

    choice: ir.Choice


@frozen
class JudgedByAccount:
    """``owner`` judges workloads by their pods' service account, though ``through`` lets a controller do more.

    ``through`` is an exemption of the controller, or a grant to it.

    So a workload may be refused (or what ``mode`` says) though its pods are let in. With ``--workloads`` ``milder`` it is
    not.
    """

    owner: ir.Policy | ir.Choice
    through: Exemption | Grant
    mode: ir.Mode
    milder: Workloads


@frozen
class WorkloadsLackDefaults:
    """``target`` judges workloads by ``owner`` without what ``other`` sets in their pods.

    Where ``owner`` is a policy, ``other`` sets it in a part of the namespaces alone.
    """

    target: str
    owner: ir.Policy | ir.Choice
    other: ir.Policy


@frozen
class BudgetTight:
    """A review of ``owner`` may cost more in CEL than the ``budget`` of ``target``, which then refuses the pod."""

    target: str
    owner: ir.Policy | ir.Choice
    budget: Budget


@frozen
class Costs:
    """What the compiled release costs a program; ``span`` is where the program begins."""

    cost: ReleaseCost
    span: Span


@frozen
class KeptAfterItsEnd:
    """The exemption at ``span`` ends on the day ``until``, the first one that does, and the engine knows no day."""

    until: str
    span: Span


@frozen
class NeedsServerSide:
    """The file ``path`` has an object of ``size`` bytes: ``kubectl apply`` needs ``--server-side`` for it."""

    path: str
    size: int


@frozen
class TooLarge:
    """The file ``path`` has an object of ``size`` bytes, more than a cluster takes. ``choice`` is what it was made for, if any."""

    path: str
    size: int
    choice: ir.Choice | None


Shortfall = (
    DefaultNotSet
    | ChoiceDefaultsNotSet
    | UpdatesMustHave
    | RefusedOnceSet
    | DefaultSetWidely
    | LabelsUnseen
    | NeverUsed
    | SetForExempt
    | WorkloadsRefused
    | WorkloadsUnjudged
    | JudgedByAccount
    | WorkloadsLackDefaults
    | BudgetTight
    | Costs
    | KeptAfterItsEnd
    | NeedsServerSide
    | TooLarge
)


def set_widely(shortfalls: Iterable[Shortfall]) -> frozenset[str]:
    """The names of the policies whose defaults are set for exempt requests, too, by ``shortfalls``."""
    return frozenset(shortfall.policy.name for shortfall in shortfalls if isinstance(shortfall, SetForExempt))


def about(shortfall: Shortfall) -> tuple[str, ...]:
    """A key for ``shortfall``: its kind, and the names of what it is about. Programs that differ elsewhere have equal keys."""
    kind = type(shortfall).__name__
    match shortfall:
        case DefaultNotSet(policy=policy, default=default):
            return kind, policy, default.control
        case DefaultSetWidely(policy=policy, default=default):
            return kind, policy, default.control
        case RefusedOnceSet(policy=policy, default=default, admitted=admitted):
            return kind, policy.name, default.control, str(admitted)
        case ChoiceDefaultsNotSet(policy=policy, controls=controls) | UpdatesMustHave(policy=policy, controls=controls):
            return kind, policy.name, *controls
        case LabelsUnseen(policy=policy) | NeverUsed(policy=policy) | SetForExempt(policy=policy):
            return kind, policy.name
        case WorkloadsRefused(policy=policy):
            return kind, policy.name
        case WorkloadsLackDefaults(owner=owner, other=other):
            return kind, owner.name, other.name
        case WorkloadsUnjudged(choice=owner) | BudgetTight(owner=owner) | JudgedByAccount(owner=owner):
            return kind, owner.name
        case Costs(cost=cost):
            return kind, type(cost).__name__
        case KeptAfterItsEnd(until=until):
            return kind, until
        case NeedsServerSide(path=path) | TooLarge(path=path):
            return kind, path
        case _:
            assert_never(shortfall)
