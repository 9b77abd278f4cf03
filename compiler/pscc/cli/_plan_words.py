"""The steps of ``pscc plan``, with their commands, as text and as JSON."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pscc.base.frozen import frozen
from pscc.cli._report_words import counted
from pscc.diagnostics.render import clean
from pscc.mending.planning import names_of
from pscc.targets.settings import Settings, chosen_arguments
from pscc.targets.soundness import for_target

if TYPE_CHECKING:
    from pscc.cli._workloads import Asked
    from pscc.lowering.capabilities import Folder, Operated
    from pscc.mending.planning import Namespace, Plan, State

Folders = Callable[[Settings], tuple["Folder", ...]]
"""The folders of an output that ``kubectl apply -k`` takes, in the order of application."""
_AUDIT = "audit-"
_STAGES: tuple[tuple[State, str], ...] = (
    ("ready", "Enforce where nothing has to change"),
    ("patch", "Enforce where workloads are mended"),
)
_IMMUTABLE = ("Pod", "Job")
_ANEW = "A Pod or a Job does not take these changes while it is there. It is deleted, stops, and is created again."
_LOADED = "Load the folder as your server is set up to: there is no command for it here."
_STALE = "Delete from the cluster what the compile lists as no longer in the folder, once the rest is applied."


@frozen
class Step:
    """A step: its ``title``, what to know (``notes``), and the ``commands``, in order."""

    title: str
    notes: tuple[str, ...]
    commands: tuple[str, ...]


@frozen
class Wanted:
    """What the user wants: the ``sources``, what is ``asked`` about, the ``settings``, the ``folder`` for outputs, and how
    the target is ``operated``.

    ``root`` is the folder that the sources may use files of, empty where none is named.
    """

    sources: tuple[str, ...]
    asked: Asked
    settings: Settings
    folder: str
    operated: Operated
    root: str = ""

    @property
    def read(self) -> tuple[str, ...]:
        """The sources, with the folder that they may use files of."""
        return (*self.sources, *(("--root", self.root) if self.root else ()))


def steps(plan: Plan, wanted: Wanted, folders: Folders) -> Iterator[Step]:
    """The steps, each with commands that change less than the next one's."""
    yield Step("Read what is wrong, and what will happen", (_targets(plan),), (_check(wanted), _report(plan, wanted)))
    audit = replace(wanted.settings, target=(plan.target,), mode="audit", name_prefix=_AUDIT)
    place = f"{wanted.folder}/audit"
    notes = ["In mode audit nothing is refused, and no default is set.", *_elsewhere(wanted)]
    commands = [_compile(wanted, audit, place), *_apply(place, folders(audit))]
    commands += [wanted.operated.findings] if wanted.operated.findings else []
    yield Step("Audit the whole cluster", tuple(notes), tuple(commands))
    enforced: tuple[str, ...] = ()
    for state, title in _STAGES:
        namespaces = plan.of(state)
        if not namespaces:
            continue
        before: list[str] = []
        if state == "patch":
            before = [
                _fix(wanted, "--write"),
                *_deletions(namespaces),
                *(_apply_workloads(file) for file in wanted.asked.files),
            ]
        enforced += names_of(namespaces)
        settings = replace(wanted.settings, target=(plan.target,), only_namespace=enforced)
        place = f"{wanted.folder}/enforce"
        commands = [*before, _compile(wanted, settings, place), *_apply(place, folders(settings))]
        anew = (_ANEW,) if any(_deletions(namespaces)) else ()
        yield Step(title, (*map(_namespace, namespaces), *anew, *_elsewhere(wanted)), tuple(commands))
    blocked = plan.of("blocked")
    if blocked:
        notes = [
            *map(_namespace, blocked),
            "The command lists each, with the smallest exemption. Decide, and plan again.",
        ]
        yield Step("Decide about what nothing mends", tuple(notes), (_fix(wanted),))
    excluded = (*wanted.settings.exclude_namespace, *names_of(blocked))
    settings = replace(wanted.settings, target=(plan.target,), exclude_namespace=tuple(dict.fromkeys(excluded)))
    place = f"{wanted.folder}/enforce"
    notes = ["Namespaces without workloads, and those to come, get the policies, too.", *_elsewhere(wanted)]
    notes += [_STALE] if enforced else []
    notes += [f"Not yet: {', '.join(names_of(blocked))}. Keep the audit for them."] if blocked else []
    commands = [_compile(wanted, settings, place), *_apply(place, folders(settings))]
    yield Step("Enforce everywhere" if not blocked else "Enforce everywhere else", tuple(notes), tuple(commands))
    deletions = [
        f"kubectl delete -k {shlex.quote(_inside(f'{wanted.folder}/audit', folder.name))}"
        for folder in folders(audit)
        if not folder.shared  # the policies that enforce use what is in it
    ]
    if deletions and not blocked:
        yield Step("Take the audit away", (), tuple(deletions))


def _elsewhere(wanted: Wanted) -> tuple[str, ...]:
    return () if wanted.operated.folders else (_LOADED,)


def _targets(plan: Plan) -> str:
    parts = [
        f"{each.name} {f'refuses {counted(each.refused)} that the policies admit' if each.refused else 'keeps all working'}"
        for each in plan.targets
        if each.fits
    ]
    return f"This plan is for {plan.target}. Without changes to workloads: {'; '.join(parts)}."


def _namespace(namespace: Namespace) -> str:
    def some(mendings: Iterable[object], words: str) -> str:
        number = len(tuple(mendings))
        return f"{number} {words}" if number else ""

    parts = (
        some(namespace.ready, "ready"),
        some(namespace.patch, "to mend"),
        some(namespace.blocked, "to decide about"),
    )
    blocked = (f"{each.manifest.kind} {each.manifest.name}" for each in namespace.blocked)
    names = f" ({', '.join(blocked)})" if namespace.blocked else ""
    return clean(f"{namespace.name}: {', '.join(filter(None, parts))}{names}")


# --- commands ----------------------------------------------------------------------


def _command(*words: str) -> str:
    return shlex.join(("pscc", *words))


def _check(wanted: Wanted) -> str:
    settings = Settings(
        namespace=wanted.settings.namespace, assume_everyone_may_use=wanted.settings.assume_everyone_may_use
    )
    return _command("check", *wanted.read, *_options(settings))


def _report(plan: Plan, wanted: Wanted) -> str:
    settings = for_target(wanted.settings, plan.target)
    words = ("-t", plan.target, *_asked(wanted.asked), *_options(settings), "-o", f"{wanted.folder}/report.html")
    return f"mkdir -p {shlex.quote(wanted.folder)} && {_command('report', *wanted.read, *words)}"


def _fix(wanted: Wanted, *more: str) -> str:
    settings = wanted.settings
    known = Settings(
        exclude_namespace=settings.exclude_namespace,
        ignore_group=settings.ignore_group,
        assume_everyone_may_use=settings.assume_everyone_may_use,
        namespace=settings.namespace,
    )
    return _command("fix", *wanted.read, *_asked(wanted.asked), *_options(known), *more)


def _compile(wanted: Wanted, settings: Settings, folder: str) -> str:
    settings = for_target(settings, settings.target[0])
    return _command("compile", *wanted.read, "-t", settings.target[0], *_options(settings), "-o", folder)


def _asked(asked: Asked) -> Iterator[str]:
    for file in asked.files:
        yield from ("-f", file)
    yield from ("--as", asked.user) if asked.user else ()
    for group in asked.groups:
        yield from ("--as-group", group)
    for key, value in asked.labels:
        yield from ("--namespace-label", f"{key}={value}")


def _options(settings: Settings) -> Iterator[str]:
    for arguments in chosen_arguments(settings):
        yield from arguments


def _apply(place: str, folders: tuple[Folder, ...]) -> Iterator[str]:
    for folder in folders:
        yield f"kubectl apply -k {shlex.quote(_inside(place, folder.name))}"
        if folder.wait:
            yield folder.wait


def _apply_workloads(file: str) -> str:
    """The command that applies the manifests of ``file``, or of a folder with all that is below it, as pscc reads it."""
    return f"kubectl apply {'-R ' if Path(file).is_dir() else ''}-f {shlex.quote(file)}"


def _deletions(namespaces: Iterable[Namespace]) -> Iterator[str]:
    """The commands that delete the workloads to mend whose pods no update changes.

    Source: ``ValidatePodUpdate`` in Kubernetes ``pkg/apis/core/validation/validation.go``, and ``ValidateJobSpecUpdate`` in
    ``pkg/apis/batch/validation/validation.go``.
    """
    for namespace in namespaces:
        for mending in namespace.patch:
            manifest = mending.manifest
            if manifest.kind in _IMMUTABLE and manifest.name:
                words = ("kubectl", "delete", manifest.kind.lower(), manifest.name, "--namespace", namespace.name)
                yield shlex.join((*words, "--ignore-not-found"))


def _inside(place: str, folder: str) -> str:
    return place if folder == "." else f"{place}/{folder}"


# --- formats -----------------------------------------------------------------------


def as_text(listed: Iterable[Step]) -> str:
    """The steps as a shell script that people read: notes are comments."""
    parts = []
    for number, step in enumerate(listed, 1):
        lines = [f"# {number}. {step.title}", *(f"#    {note}" for note in step.notes), *step.commands]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def as_json(plan: Plan, listed: Iterable[Step]) -> str:
    """The plan as one JSON object."""
    namespaces = [
        {
            "name": each.name,
            "state": each.state,
            "ready": len(each.ready),
            "patch": len(each.patch),
            "blocked": len(each.blocked),
        }
        for each in plan.namespaces
    ]
    return json.dumps(
        {
            "target": plan.target,
            "targets": [{"name": each.name, "takes": each.fits, "refused": each.refused} for each in plan.targets],
            "namespaces": namespaces,
            "unjudged": plan.unjudged,
            "steps": [
                {"title": step.title, "notes": list(step.notes), "commands": list(step.commands)} for step in listed
            ],
        }
    )


def headline(plan: Plan) -> str:
    """The result in one sentence."""
    words = (
        (len(plan.of("ready")), "ready"),
        (len(plan.of("patch")), "to mend first"),
        (len(plan.of("blocked")), "to decide about"),
    )
    parts = [f"{number} {text}" for number, text in words if number]
    return f"{counted(len(plan.namespaces), 'namespace')}: {', '.join(parts)}"
