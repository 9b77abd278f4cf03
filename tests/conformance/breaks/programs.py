"""The programs whose outputs are broken: together they have every construct of the language, and each option."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from conformance.jsonl import Json
from conformance.space import meaning
from conformance.space.engines import rbac
from conformance.space.meaning import Compiled
from conformance.space.options import Chosen
from pscc import ir
from pscc.base.source import SourceFile
from pscc.driver import analyse
from pscc.ir.access import Names
from pscc.lowering.rollout import AS_WRITTEN, Rollout
from pscc.output.options import DEFAULTS, Options
from support.emitted.settings import OUTPUTS, PER_POLICY, with_options

FOLDER = Path(__file__).parent / "programs"


@dataclass(frozen=True, slots=True)
class Subject:
    """A program, the options that it is compiled with, and the outputs that it is compiled to."""

    name: str
    source: str
    options: Options = DEFAULTS
    rollout: Rollout = AS_WRITTEN
    outputs: tuple[str, ...] = (*OUTPUTS, PER_POLICY)

    @property
    def program(self) -> ir.Program:
        """What the source means."""
        return _program(self.source)

    def compiled(self, output: str) -> Compiled:
        """What ``output``, a target with or without an option, makes of the program now; without suites."""
        target, options = with_options(output, self.options)
        return meaning.compiled(self.program, Chosen(target, options, self.rollout))

    def grants(self, output: str) -> list[Json]:
        """What the cluster's RBAC says, where it is asked."""
        return rbac(self.compiled(output).source)


@cache
def _program(source: str) -> ir.Program:
    text = (FOLDER / source).read_text(encoding="utf-8")
    return analyse(SourceFile(source, text))[1]


SUBJECTS = (
    Subject("switches", "switches.psp"),
    Subject("ranges", "ranges.psp"),
    Subject("words", "words.psp"),
    Subject("volumes", "volumes.psp"),
    Subject("levels", "levels.psp"),
    Subject("profiles", "profiles.psp"),
    Subject("places", "places.psp"),
    Subject("default alone", "default-alone.psp"),
    Subject("defaults of lists", "defaults-lists.psp"),
    Subject("defaults inherited", "defaults-inherited.psp"),
    Subject("defaults of pods", "defaults-of-pods.psp"),
    Subject("defaults of objects", "defaults-objects.psp"),
    Subject("exempt names", "exempt-names.psp"),
    Subject("exempt images", "exempt-images.psp"),
    Subject("exempt requests", "exempt-requests.psp"),
    Subject("scopes", "scopes.psp"),
    Subject("nothing", "nothing.psp"),
    Subject("modes", "modes.psp"),
    Subject("choose", "choose.psp"),
    Subject("choose alone", "choose-alone.psp"),
    Subject("choose defaults alone", "choose-defaults-alone.psp"),
    Subject("choose with defaults", "choose-defaults.psp"),
    Subject("choose apart", "choose-apart.psp"),
    Subject("choose live", "choose-defaults.psp", rollout=Rollout(live=True), outputs=("vap",)),
    Subject("choose live alone", "choose-alone.psp", rollout=Rollout(live=True), outputs=("vap",)),
    Subject("choose nobody", "choose-nobody.psp", rollout=Rollout(ignored_groups=("devs",))),
    Subject("choose nothing", "choose-nothing.psp"),
    Subject("choose live nothing", "choose-nothing.psp", rollout=Rollout(live=True), outputs=("vap",)),
    Subject("choose excluded", "choose-nobody.psp", rollout=Rollout(excluded=Names(("infra",), ("kube-",)))),
    Subject("workloads enforce", "exempt-requests.psp", Options(workloads="enforce")),
    Subject("excluded", "scopes.psp", rollout=Rollout("warn", Names(("infra",), ("kube-",)))),
)


def outputs() -> Iterator[tuple[Subject, str]]:
    """Each subject with each of its outputs."""
    yield from ((subject, output) for subject in SUBJECTS for output in subject.outputs)
