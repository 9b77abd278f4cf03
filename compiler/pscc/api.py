"""pscc for Python programs: load, check, compile, evaluate, diff. ``import pscc`` has all of it.

The command line goes through the same functions. What a function is given wrongly is a `ValueError`, a file that cannot be
read an `OSError`; errors of a source are a `SourceError` that carries all of its diagnostics.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from os import PathLike, fspath
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from pscc.base.frozen import frozen
from pscc.base.source import SourceFile, Span
from pscc.diagnostics import Diagnostic, Report, SourceError
from pscc.driver import analyse, checked, compile_program
from pscc.files import Loader, files_of, loader_for, read_file
from pscc.files import today as this_day
from pscc.ir import Mode, Program
from pscc.ir.access import Request, requested_by
from pscc.language.ast import Document
from pscc.lowering.capabilities import Workloads
from pscc.lowering.shortfalls import Shortfall
from pscc.output.contents import OutputFile
from pscc.output.options import Engine
from pscc.output.settings import Rbac, Settings, from_json
from pscc.targets.registry import DEFAULT_TARGET, TARGETS, target_named

if TYPE_CHECKING:
    from pscc.pod.manifests import Manifest
    from pscc.reasoning.difference.difference import Difference
    from pscc.reference.evaluate import Judgement

Source = str | PathLike[str] | SourceFile
"""A file or folder by its path, a policy of the library by its name (``pss/baseline@1.30``), or text as a `SourceFile`."""


@frozen
class Loaded:
    """What `load` makes of sources: the ``program`` that they mean, and its warnings and notes as ``diagnostics``.

    ``texts`` holds the text of each source and of each file that one uses, by name: spans point into them.
    ``assume_everyone_may_use`` is as `load` was given it.
    """

    program: Program
    diagnostics: tuple[Diagnostic, ...]
    document: Document
    texts: Mapping[str, str]
    assume_everyone_may_use: bool = False


@frozen
class Compiled:
    """The output of a compile.

    ``files`` maps each path, relative and with ``/``, to the text of the file. ``resources`` are the paths that
    ``kubectl apply`` takes, in order. ``shortfalls`` say what the target cannot do, where the output is stricter than the
    source; ``diagnostics`` say the same in words, and whatever else there is to say. ``settings`` are the options.
    """

    files: Mapping[str, str]
    resources: tuple[str, ...]
    shortfalls: tuple[Shortfall, ...]
    diagnostics: tuple[Diagnostic, ...]
    settings: Settings

    def write(self, folder: str | PathLike[str]) -> None:
        """Write the files to ``folder`` as ``pscc compile -o`` does: all of them or, on an `EmitError`, none.

        Files of an earlier compile that are no longer produced are removed. Files that pscc did not write stay as they are.
        """
        from pscc.output.emit import emit

        emit(Path(folder), tuple(OutputFile(path, text) for path, text in self.files.items()), self.settings)


@frozen
class Evaluation:
    """The ``judgements`` on manifests, in order, and the ``diagnostics`` of the manifests: misspelled fields, nothing to judge."""

    judgements: tuple[Judgement, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def allowed(self) -> bool:
        """Whether every pod is admitted. False where there was no pod to judge."""
        return bool(self.judgements) and all(one.allowed for one in self.judgements)


def load(*sources: Source, assume_everyone_may_use: bool = False, today: date | None = None) -> Loaded:
    """The meaning of ``sources``, which make one program: policies, PodSecurityPolicies, RBAC.

    Raises `SourceError` with all diagnostics where one of them is an error. With ``assume_everyone_may_use`` each
    PodSecurityPolicy counts as usable by everyone, whatever RBAC says. ``today`` is the day that ends exemptions.
    """
    read, using = _read(sources)
    document, program, told = analyse(*read, load=using, today=today or this_day(), everyone=assume_everyone_may_use)
    texts = {**using.texts, **{source.name: source.text for source in read}}
    return Loaded(program, told, document, MappingProxyType(texts), assume_everyone_may_use)


def check(
    *sources: Source, at_least: Source | None = None, assume_everyone_may_use: bool = False, today: date | None = None
) -> tuple[Diagnostic, ...]:
    """Everything that ``pscc check`` reports about ``sources``, errors too, in the order of the sources.

    With ``at_least``, a warning for each control in which ``at_least`` (as ``pss/baseline``) refuses more; its own errors
    are raised as a `SourceError`.
    """
    floor = None if at_least is None else (load(at_least, today=today).program, _name(at_least))
    try:
        read, using = _read(sources)
        day = today or this_day()
        _, _, told = checked(*read, load=using, today=day, everyone=assume_everyone_may_use, floor=floor)
    except SourceError as error:
        return error.diagnostics
    return told


def compile(
    loaded: Loaded,
    target: str | Sequence[str] = DEFAULT_TARGET,
    *,
    engine: Engine = "rego",
    workloads: Workloads = "warn",
    kubernetes: str = "1.37",
    gatekeeper: str = "3.23",
    kyverno: str = "1.19",
    mode: Mode | None = None,
    exclude_namespaces: Iterable[str] = (),
    ignore_groups: Iterable[str] = (),
    sync_waves: bool = False,
    rbac: Rbac = "compiled",
) -> Compiled:
    """The output of ``loaded`` for ``target``; with several targets, each has a subfolder of its name.

    The options are those of ``pscc compile``. Raises `ValueError` for an option that there is not, and `SourceError` where a
    target cannot express the program.
    """
    targets = tuple(dict.fromkeys([target] if isinstance(target, str) else target))
    if not targets or any(one not in TARGETS for one in targets):
        named = ", ".join(map(repr, targets))
        raise ValueError(f"{named or 'nothing'} is no target: the targets are {', '.join(TARGETS)}")
    _listed("exclude_namespaces", exclude_namespaces)
    _listed("ignore_groups", ignore_groups)
    options = {
        "target": list(targets),
        "engine": engine,
        "workloads": workloads,
        "kubernetes": kubernetes,
        "gatekeeper": gatekeeper,
        "kyverno": kyverno,
        "mode": mode,
        "exclude-namespace": list(exclude_namespaces),
        "ignore-group": list(ignore_groups),
        "sync-waves": sync_waves,
        "rbac": rbac,
        "assume-everyone-may-use": loaded.assume_everyone_may_use,
    }
    try:
        settings = from_json(options)
    except ValueError as error:
        raise ValueError(f"pscc compile has no such option: {error}") from None
    require_sound(settings)
    if settings.live and not loaded.assume_everyone_may_use:
        raise ValueError(
            "rbac='live' asks the cluster who may use what: load the sources with assume_everyone_may_use=True"
        )
    return compile_with(loaded.program, settings)


def evaluate(
    loaded: Loaded,
    *manifests: Source | Mapping[str, object],
    user: str = "",
    groups: Sequence[str] = (),
    namespace: str = "",
) -> Evaluation:
    """What ``loaded`` says of the pods and workloads in ``manifests``, as PSP would: defaults first, then checks.

    A manifest is a file, text as a `SourceFile`, or an object as ``json`` reads it. ``user`` and ``groups`` ask for bare pods
    (without them somebody who was authenticated), ``namespace`` is that of manifests which name none. Raises `SourceError`
    for a manifest that is not YAML.
    """
    from pscc.reference.evaluate import judgements

    _listed("groups", groups)
    if groups and not user:
        raise ValueError("groups are those of a user: name the user, too")
    asked = Request(namespace, user, requested_by(user, tuple(groups)))
    told: list[Diagnostic] = []
    found: list[Judgement] = []
    for number, given in enumerate(manifests, 1):
        for source in _as_manifest(given, number):
            read, diagnostics = manifests_in(source)
            told += diagnostics
            found += (judgement for one in read for judgement in judgements(loaded.program, one, asked))
    return Evaluation(tuple(found), tuple(told))


def diff(old: Loaded, new: Loaded) -> Difference:
    """How ``new`` differs from ``old``: for each control that differs, a smallest pod that is treated differently."""
    from pscc.reasoning.difference.compare import compare

    return compare(old.program, new.program)


# --- what the command line shares ------------------------------------------------


def compile_with(program: Program, settings: Settings) -> Compiled:
    """``program`` compiled with ``settings``, which name at least one target. Raises `SourceError`, as `compile` does."""
    made = compile_program(program, settings.target, settings.rollout, settings.options)
    if any(d.severity == "error" for d in made.all_diagnostics):
        raise SourceError(made.all_diagnostics)
    outputs = tuple(made.placed.values())
    files = tuple(file for one in outputs for file in one.files)
    if settings.sync_waves:
        from pscc.output.sync_waves import with_sync_waves

        files = with_sync_waves(files)
    return Compiled(
        MappingProxyType({file.path: file.text for file in files}),
        tuple(path for one in outputs for path in one.resources),
        tuple(dict.fromkeys(shortfall for one in outputs for shortfall in one.shortfalls)),
        made.all_diagnostics,
        settings,
    )


def require_sound(settings: Settings) -> None:
    """Raises `ValueError`, in the words of the command line, where ``settings``, all of whose targets are named, cannot be."""
    if settings.exclude_namespace:
        from pscc.meaning.scoping import namespace_help, namespace_or_prefix

        for name in settings.exclude_namespace:
            if not namespace_or_prefix(name):
                help = namespace_help(name, "write a name as `kube-system`, or a prefix as `team-*`")
                raise ValueError(f"--exclude-namespace: `{name}` is no name of a namespace: {help}")
    if settings.live:
        others = [target for target in settings.target if not _asks_the_cluster(target, settings)]
        if others:
            asking = ", ".join(target for target in TARGETS if _asks_the_cluster(target, settings))
            which = f"{others[0]} cannot ask the cluster's RBAC; it takes --rbac compiled"
            raise ValueError(f"--rbac live is for the target {asking} alone: {which}")
        if settings.ignore_group:
            raise ValueError("--ignore-group leaves out compiled grants; with --rbac live there are none")


def _asks_the_cluster(target: str, settings: Settings) -> bool:
    choices = target_named(target).capabilities(settings.options).choices
    return choices is not None and choices.live is not None


def manifests_in(source: SourceFile) -> tuple[tuple[Manifest, ...], tuple[Diagnostic, ...]]:
    """The pods and workloads in ``source``, and the warnings about them: one where there are none."""
    from pscc.pod.manifests import read_manifests

    report = Report()
    read = read_manifests(source, report)
    if not read and not report.diagnostics:
        nothing = "there is no pod to judge in this file"
        help = "give a Pod, or a Deployment, Job … that makes pods"
        report.add(Diagnostic("POD003", nothing, Span(source.name, 1, 1, 1, 1), "warning", help=help))
    return read, tuple(report.diagnostics)


# --- what is given ----------------------------------------------------------------


def _listed(name: str, given: Iterable[str]) -> None:
    """Raises `ValueError` where ``given`` is a text: its letters would be taken for names."""
    if isinstance(given, str):
        raise ValueError(f"{name} takes a list of names: [{given!r}]")


def _name(source: Source) -> str:
    return source.name if isinstance(source, SourceFile) else fspath(source)


def _read(sources: Sequence[Source]) -> tuple[tuple[SourceFile, ...], Loader]:
    if not sources:
        raise ValueError("there is no source: name a file, or give a SourceFile")
    texts = {one.name: one for one in sources if isinstance(one, SourceFile)}
    paths = tuple(map(_name, sources))
    files = tuple(dict.fromkeys(file for path in paths for file in ((path,) if path in texts else files_of((path,)))))
    return tuple(texts.get(file) or read_file(file) for file in files), loader_for(*paths, files=files)


def _as_manifest(given: Source | Mapping[str, object], number: int) -> tuple[SourceFile, ...]:
    if isinstance(given, SourceFile):
        return (given,)
    if isinstance(given, Mapping):
        import json

        return (SourceFile(f"<manifest {number}>", json.dumps(dict(given), ensure_ascii=False)),)
    return tuple(map(read_file, files_of((fspath(given),))))
