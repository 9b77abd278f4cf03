"""The records of ``pscc fix``: what each workload needs so that it passes without defaults."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pscc.base.frozen import frozen
from pscc.base.source import Span
from pscc.ir import Program
from pscc.language import ast
from pscc.pod.manifests import Manifest
from pscc.pod.templates import Place, path_of
from pscc.reporting.records import Change, Objection

Key = tuple[Span, str]
Outcome = Literal["passes", "mended", "owned", "unjudged", "refused"]


@frozen
class Setting:
    """One change to a pod: the field at ``place`` gets ``value``. With ``adds`` the list there gets it as a further element.

    ``change`` is what the policy's default does. ``today`` is false where the policy has no such default, and a check suggests it.
    """

    place: Place
    value: object
    adds: bool
    change: Change
    today: bool = True

    @property
    def path(self) -> str:
        """The place in words."""
        return path_of(self.place)


@frozen
class Exempting:
    """The smallest exemption that admits a workload which no default can mend.

    - ``parent`` is the policy that refuses the workload. ``policy`` is the text of one beside it, which the workload passes.
    - ``lines`` is what to write so that the workload gets it: into ``parent``, or into ``choice`` where that is not empty.
    - ``account`` is the service account of the pods, ``NAMESPACE/NAME``. It is ``shared`` where it is ``default``, which every
      pod has that names none.
    - ``until`` is its last day. ``undated``: the language has no place for the day, since a grant of a choice has none.
    - ``source`` is the whole program with it, in the policy language.
    - ``settings`` are what the workload needs beside it.
    - ``also`` are objections to the workload that come up once the first ones are answered, and that it answers, too.
    - ``taken_out`` are controls that no longer hold for the account at all: the language has nothing narrower.
    - ``controls`` are those that the exemption is about, and ``added`` the policies of ``policy``.
    - ``together`` are all accounts that ``policy`` is for, where it is one exemption for several workloads; else empty.
    """

    parent: str
    policy: str
    lines: str
    choice: str
    account: str
    shared: bool
    until: str
    undated: bool
    source: str
    settings: tuple[Setting, ...] = ()
    also: tuple[Objection, ...] = ()
    taken_out: tuple[str, ...] = ()
    controls: frozenset[str] = frozenset()
    added: tuple[ast.Policy, ...] = ()
    together: tuple[str, ...] = ()


@frozen
class Mending:
    """What becomes of a workload once no default is set any more.

    - ``passes``: it is admitted as it is. ``unjudged``: no policy judges it.
    - ``mended``: it is admitted with ``settings``, and with no fewer. ``left_out`` are changes that the defaults make today,
      and no check asks for.
    - ``owned``: its controller makes it anew, so that the controller's manifest has to be mended.
    - ``refused``: no default mends it. ``objections`` say why. ``exempting`` would admit it, None where nothing was found.
    """

    manifest: Manifest
    namespace: str
    outcome: Outcome
    settings: tuple[Setting, ...] = ()
    left_out: tuple[Change, ...] = ()
    objections: tuple[Objection, ...] = ()
    exempting: Exempting | None = None

    @property
    def span(self) -> Span:
        """Where the workload stands."""
        return self.manifest.span

    @property
    def key(self) -> Key:
        """What tells the workload from the others that were read."""
        return self.span, self.manifest.template

    @property
    def written(self) -> tuple[Setting, ...]:
        """What goes into the workload's file: its settings, or those that it needs beside its exemption."""
        return self.exempting.settings if self.exempting is not None else self.settings


def rivals(mendings: Iterable[Mending]) -> tuple[tuple[Mending, ...], ...]:
    """The workloads whose exemptions cancel each other, if more than one of them is written, group by group.

    Outside choices, each takes its policy's place for a whole namespace, and refuses the pods of the others. One that is for
    several workloads together takes it once.
    """
    of_place: dict[tuple[str, str], list[Mending]] = {}
    for mending in mendings:
        exempting = mending.exempting
        if exempting is not None and not exempting.choice and not exempting.together:
            of_place.setdefault((mending.namespace, exempting.parent), []).append(mending)
    return tuple(tuple(group) for group in of_place.values() if len(group) > 1)


@frozen
class Programs:
    """A program as it is rolled out, and the same ``without`` any default.

    ``required`` is the same with the defaults that its checks suggest, too; None where these are not to be used.
    """

    written: Program
    without: Program
    required: Program | None = None
