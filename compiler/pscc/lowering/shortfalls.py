"""What a target cannot do of a program, as records: what the output does instead is read off these, and never off a text.

Each is on the stricter side, or says what a release or a limit costs. `shortfall_text.diagnostic_of` says it to people.
"""

from __future__ import annotations

from typing import assert_never

from pscc import ir
from pscc.base.frozen import frozen
from pscc.base.source import Span
from pscc.lowering.capabilities import ReleaseCost


@frozen
class DefaultNotSet:
    """``default`` of ``policy`` is not set, for ``cause``; where it is ``demanded``, pods have to set it themselves."""

    policy: str
    default: ir.Default
    cause: str
    demanded: bool


@frozen
class ChoiceDefaultsNotSet:
    """Of ``policy``, one of a choice, the defaults of ``controls`` are not set: ``why``, and whether pods have to set them."""

    policy: ir.Policy
    controls: tuple[str, ...]
    why: str
    demanded: bool


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
    """The defaults of ``policy`` are set for those who are exempt from it, too: mutations of ``target`` do not see who asks."""

    target: str
    policy: ir.Policy


@frozen
class WorkloadsRefused:
    """``target`` refuses workloads whose pods ``policy`` would refuse, where a warning was asked for."""

    target: str
    policy: ir.Policy


@frozen
class WorkloadsUnjudged:
    """Nothing is said of workloads by ``choice``, which asks the cluster who may use its policies."""

    choice: ir.Choice


@frozen
class BudgetTight:
    """A review of ``choice`` may cost more in CEL than the ``budget`` of ``target``, which then refuses the pod."""

    target: str
    choice: ir.Choice
    budget: int


@frozen
class Costs:
    """What the release that is compiled for costs a program, which begins at ``span``."""

    cost: ReleaseCost
    span: Span


@frozen
class NeedsServerSide:
    """The file ``path`` has an object of ``size`` bytes, which ``kubectl apply`` takes on the server's side alone."""

    path: str
    size: int


@frozen
class TooLarge:
    """The file ``path`` has an object of ``size`` bytes, larger than a cluster takes: of ``choice``, where it is one's."""

    path: str
    size: int
    choice: ir.Choice | None


Shortfall = (
    DefaultNotSet
    | ChoiceDefaultsNotSet
    | DefaultSetWidely
    | LabelsUnseen
    | NeverUsed
    | SetForExempt
    | WorkloadsRefused
    | WorkloadsUnjudged
    | BudgetTight
    | Costs
    | NeedsServerSide
    | TooLarge
)


def about(shortfall: Shortfall) -> tuple[str, ...]:
    """Which kind of shortfall it is, and the names of what it is about: the same for programs that differ elsewhere."""
    kind = type(shortfall).__name__
    match shortfall:
        case DefaultNotSet(policy=policy, default=default):
            return kind, policy, default.control
        case DefaultSetWidely(policy=policy, default=default):
            return kind, policy, default.control
        case ChoiceDefaultsNotSet(policy=policy, controls=controls):
            return kind, policy.name, *controls
        case LabelsUnseen(policy=policy) | NeverUsed(policy=policy) | SetForExempt(policy=policy):
            return kind, policy.name
        case WorkloadsRefused(policy=policy):
            return kind, policy.name
        case WorkloadsUnjudged(choice=choice) | BudgetTight(choice=choice):
            return kind, choice.name
        case Costs(cost=cost):
            return kind, type(cost).__name__
        case NeedsServerSide(path=path) | TooLarge(path=path):
            return kind, path
        case _:
            assert_never(shortfall)
