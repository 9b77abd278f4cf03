"""pscc for Python programs: load, check, compile, evaluate, diff. ``import pscc`` has all of it.

The command line uses the same functions. A wrong argument raises `ValueError`, and a file that cannot be read raises
`OSError`. A source with errors raises `SourceError`, which carries all of its diagnostics.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from os import PathLike, fspath
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from pscc.base.frozen import frozen
from pscc.base.frozen_json import frozen_json
from pscc.base.garbage import uncollected
from pscc.base.source import SourceFile, Span
from pscc.diagnostics import Diagnostic, Report, SourceError
from pscc.driver import analyse, checked, compile_program
from pscc.files import MANIFEST_SUFFIXES, Loader, files_of, loader_for, read_file
from pscc.files import today as this_day
from pscc.ir import Mode, Program
from pscc.ir.access import Request, requested_by
from pscc.ir.walking import substitute
from pscc.language.ast import Document
from pscc.lowering.capabilities import Layout, Workloads
from pscc.lowering.shortfalls import Shortfall
from pscc.output.contents import ObjectName, OutputFile
from pscc.output.options import EnforcementPoint, Engine, Templates
from pscc.targets.registry import DEFAULT_TARGET, KUBERNETES, PRODUCTS, TARGETS
from pscc.targets.settings import Rbac, Settings, as_json, differing, from_json
from pscc.targets.soundness import require_sound

if TYPE_CHECKING:
    from pscc.cases.suite import OwnPod
    from pscc.pod.manifests import Contents, NoPod
    from pscc.reasoning.difference.difference import Difference
    from pscc.reference.evaluate import Judgement

_Records = TypeVar("_Records")
MOST_NAMES = 10
"""How many objects without a pod are named."""
Source = str | PathLike[str] | SourceFile
"""A file or folder by its path, a policy of the library by its name (``pss/baseline@1.30``), or text as a `SourceFile`."""


@frozen
class Loaded:
    """The result of `load`.

    - ``program`` is what the sources mean, and ``document`` is their syntax tree.
    - ``diagnostics`` are the warnings and notes about them.
    - ``texts`` maps the name of each source, and of each file that one uses, to its text. Spans point into these.
    - ``assume_everyone_may_use`` and ``namespace`` are the arguments of `load`.
    """

    program: Program
    diagnostics: tuple[Diagnostic, ...]
    document: Document
    texts: Mapping[str, str]
    assume_everyone_may_use: bool = False
    namespace: str = ""


@frozen
class Compiled:
    """The output of a compile.

    - ``files`` maps each path, relative and with ``/``, to the text of the file. ``objects`` maps it to the objects that the
      file makes in a cluster. ``resources`` are the paths that ``kubectl apply`` takes, in order.
    - ``shortfalls`` are what the target cannot do: there the output is stricter than the source. ``diagnostics`` report them,
      and whatever else there is to report.
    - ``settings`` are the options. ``releases`` are those that the output was compiled for: ``Kubernetes 1.37``.
    """

    files: Mapping[str, str]
    resources: tuple[str, ...]
    shortfalls: tuple[Shortfall, ...]
    diagnostics: tuple[Diagnostic, ...]
    settings: Settings
    objects: Mapping[str, tuple[ObjectName, ...]]
    releases: tuple[str, ...]

    def write(self, folder: str | PathLike[str]) -> tuple[ObjectName, ...]:
        """Write the files to ``folder`` as ``pscc compile -o`` does: all of them or, on an `EmitError`, none.

        Files of an earlier compile that are no longer produced are removed. Files that pscc did not write stay as they are.
        Returned are the objects of the earlier compile that this one no longer makes, in the order of application: the
        cluster has them until somebody deletes them.
        """
        from pscc.output.emit import emit

        files = tuple(OutputFile(path, text, self.objects.get(path, ())) for path, text in self.files.items())
        return emit(Path(folder), files, as_json(self.settings))


@frozen
class Evaluation:
    """The ``judgements`` on manifests, in order, and the ``diagnostics`` about them: misspelled fields, files without a pod."""

    judgements: tuple[Judgement, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def allowed(self) -> bool:
        """Whether every pod is admitted. False where there was no pod to judge."""
        return bool(self.judgements) and all(judgement.allowed for judgement in self.judgements)


def load(
    *sources: Source,
    assume_everyone_may_use: bool = False,
    today: date | None = None,
    namespace: str = "",
    root: str | PathLike[str] | None = None,
) -> Loaded:
    """The program that ``sources`` make together: policies, PodSecurityPolicies, RBAC.

    With ``assume_everyone_may_use``, everyone may use each PodSecurityPolicy, whatever RBAC says. ``today`` decides which
    exemptions have ended. ``namespace`` is that of objects which name none. Files that the sources use lie in ``root``, or in
    the folder that all sources are in. Raises `SourceError` with all diagnostics if one of them is an error.
    """
    read, using = _read(sources, root)
    document, program, diagnostics = analyse(
        *read, load=using, today=today or this_day(), everyone=assume_everyone_may_use, namespace=namespace
    )
    texts = {**using.texts, **{source.name: source.text for source in read}}
    return Loaded(program, diagnostics, document, MappingProxyType(texts), assume_everyone_may_use, namespace)


def check(
    *sources: Source,
    at_least: Source | None = None,
    assume_everyone_may_use: bool = False,
    today: date | None = None,
    namespace: str = "",
    root: str | PathLike[str] | None = None,
) -> tuple[Diagnostic, ...]:
    """Everything that ``pscc check`` reports about ``sources``, errors too, in the order of the sources.

    With ``at_least``, an error for each control in which ``at_least`` (as ``pss/baseline``) refuses more; its own errors
    are raised as a `SourceError`.
    """
    floor = None if at_least is None else (load(at_least, today=today, root=root).program, _name(at_least))
    try:
        read, using = _read(sources, root)
        day = today or this_day()
        _, _, diagnostics = checked(
            *read, load=using, today=day, everyone=assume_everyone_may_use, floor=floor, namespace=namespace
        )
    except SourceError as error:
        return error.diagnostics
    return diagnostics


def compile(
    loaded: Loaded,
    target: str | Sequence[str] = DEFAULT_TARGET,
    *,
    engine: Engine = "rego",
    workloads: Workloads = "warn",
    kubernetes: str = KUBERNETES,
    releases: Mapping[str, str] = MappingProxyType({}),
    mode: Mode | None = None,
    exclude_namespaces: Iterable[str] = (),
    only_namespaces: Iterable[str] = (),
    ignore_groups: Iterable[str] = (),
    sync_waves: bool = False,
    rbac: Rbac = "compiled",
    templates: Templates = "with",
    enforcement_points: Iterable[EnforcementPoint] = (),
    name_prefix: str = "",
    layout: Layout | None = None,
) -> Compiled:
    """The output of ``loaded`` for ``target``; with several targets, each has a subfolder of its name.

    The options are those of ``pscc compile``. ``releases`` has the releases of other products than Kubernetes, by the names of
    their options: ``{"kyverno": "1.18"}``. Raises `ValueError` for an option that there is not or that none of the targets
    has, and `SourceError` where a target cannot express the program.
    """
    targets = tuple(dict.fromkeys([target] if isinstance(target, str) else target))
    if not targets or any(name not in TARGETS for name in targets):
        names = ", ".join(map(repr, targets))
        raise ValueError(f"{names or 'nothing'} is no target: the targets are {', '.join(TARGETS)}")
    _listed("exclude_namespaces", exclude_namespaces)
    _listed("only_namespaces", only_namespaces)
    _listed("ignore_groups", ignore_groups)
    _listed("enforcement_points", enforcement_points)
    if others := sorted(set(releases) - set(dict(PRODUCTS))):
        raise ValueError(f"pscc compile has no release of {others[0]}: there are {', '.join(dict(PRODUCTS))}")
    options = {
        **releases,
        "target": list(targets),
        "engine": engine,
        "workloads": workloads,
        "kubernetes": kubernetes,
        "mode": mode,
        "exclude-namespace": list(exclude_namespaces),
        "only-namespace": list(only_namespaces),
        "ignore-group": list(ignore_groups),
        "sync-waves": sync_waves,
        "rbac": rbac,
        "assume-everyone-may-use": loaded.assume_everyone_may_use,
        "templates": templates,
        "enforcement-point": list(enforcement_points),
        "name-prefix": name_prefix,
        "layout": layout,
        "namespace": loaded.namespace or None,
    }
    try:
        settings = from_json(options)
    except ValueError as error:
        raise ValueError(f"pscc compile has no such option: {error}") from None
    require_sound(settings, differing(settings) | set(releases))
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
    namespace_labels: Mapping[str, str] = MappingProxyType({}),
) -> Evaluation:
    """The judgement of ``loaded`` on each pod and workload in ``manifests``: defaults first, then checks, as in PSP.

    A manifest is a file or a folder, text as a `SourceFile`, or an object as ``json`` reads it. ``user`` and ``groups`` create
    bare pods; without them, any authenticated user does. ``namespace`` is that of manifests which name none. Namespaces among
    the manifests give their labels, and all have ``namespace_labels``. Raises `SourceError` for a manifest that is not YAML,
    and `ValueError` for ``groups`` without a user.
    """
    from pscc.reference.compiled import CompiledProgram
    from pscc.reference.evaluate import judgements, unknown_labels, with_labels

    _listed("groups", groups)
    if groups and not user:
        raise ValueError("groups are those of a user: name the user, too")
    labels = tuple(namespace_labels.items())
    request = Request(namespace, user, requested_by(user, tuple(groups)), namespace_labels=labels)
    contents, diagnostics = contents_of(s for number, m in enumerate(manifests, 1) for s in _as_manifest(m, number))
    known = dict(contents.namespaces)
    requested = [(with_labels(request, item, known), item) for item in contents.manifests]
    diagnostics += unknown_labels(loaded.program, requested)
    compiled = CompiledProgram(loaded.program)
    results = (judgements(loaded.program, item, own, compiled=compiled) for own, item in requested)
    return Evaluation(tuple(judgement for judged in results for judgement in _unchangeable(judged)), diagnostics)


def diff(old: Loaded, new: Loaded) -> Difference:
    """How ``new`` differs from ``old``: for each control that differs, a smallest pod that is treated differently."""
    from pscc.reasoning.difference.compare import compare

    return _unchangeable(compare(old.program, new.program))


# --- what the command line shares ------------------------------------------------


def compile_with(program: Program, settings: Settings, own: tuple[OwnPod, ...] = ()) -> Compiled:
    """The output of ``program`` with ``settings``, which name at least one target; the suites have the pods ``own``, too.

    Raises `SourceError`, as `compile` does.
    """
    compilation = compile_program(
        program, settings.target, settings.rollout, settings.options, settings.sync_waves, own
    )
    if any(d.severity == "error" for d in compilation.all_diagnostics):
        raise SourceError(compilation.all_diagnostics)
    outputs = tuple(compilation.placed.values())
    files = tuple(file for output in outputs for file in output.files)
    return Compiled(
        MappingProxyType({file.path: file.text for file in files}),
        tuple(path for output in outputs for path in output.resources),
        tuple(dict.fromkeys(shortfall for output in outputs for shortfall in output.shortfalls)),
        compilation.all_diagnostics,
        settings,
        MappingProxyType({file.path: file.objects for file in files if file.objects}),
        tuple(dict.fromkeys(release for output in outputs for release in output.releases)),
    )


def contents_of(sources: Iterable[SourceFile]) -> tuple[Contents, tuple[Diagnostic, ...]]:
    """The contents of manifests, which are of one cluster, and the diagnostics about them.

    Objects without a pod are counted and named in a note, and it is a warning if there is no pod at all (both ``POD003``).
    Raises `SourceError` with all diagnostics where a source has an error.
    """
    from pscc.pod.manifests import Contents, read_contents, together

    report, read = Report(), list[Contents]()
    for source in sources:
        own = Report()
        try:
            with uncollected():
                read.append(read_contents(source, own))
        except SourceError as error:
            own.diagnostics = list(error.diagnostics)
        report.diagnostics += own.diagnostics
        if not own.diagnostics and read[-1] == Contents():
            report.add(nothing_in(source.name))
    report.raise_errors()
    contents = together(read)
    report.diagnostics += notes(len(contents.others), contents.others, bool(contents.manifests))
    return contents, tuple(report.diagnostics)


def notes(others: int, named: Sequence[NoPod], pods: bool) -> tuple[Diagnostic, ...]:
    """What to say of ``others`` objects without a pod, of which ``named`` are the first, and if there are no ``pods``."""
    diagnostics: list[Diagnostic] = []
    if others:
        more = f" and {others - MOST_NAMES} more" if others > MOST_NAMES else ""
        counted = "1 object has" if others == 1 else f"{others} objects have"
        names = ", ".join(map(str, named[:MOST_NAMES]))
        diagnostics.append(Diagnostic("POD003", f"{counted} no pod to judge: {names}{more}", severity="note"))
    if not pods:
        help = "give a Pod, or a Deployment, Job … that makes pods"
        diagnostics.append(Diagnostic("POD003", "there is no pod to judge", severity="warning", help=help))
    return tuple(diagnostics)


def nothing_in(file: str) -> Diagnostic:
    """The warning that there is no object in ``file``."""
    return Diagnostic("POD003", "there is no object in this file", Span(file, 1, 1, 1, 1), "warning")


# --- arguments --------------------------------------------------------------------


def _unchangeable(records: _Records) -> _Records:
    """``records`` with frozen copies of the pods and values in them. The command line needs none, so its records have none."""
    frozen_of: dict[int, object] = {}

    def put(node: object) -> object | None:
        if not isinstance(node, (dict, list)):
            return node if isinstance(node, (str, int, Span)) else None
        if id(node) not in frozen_of:
            frozen_of[id(node)] = frozen_json(node)
        return frozen_of[id(node)]

    return substitute(records, put)


def _listed(name: str, names: Iterable[str]) -> None:
    """Raises `ValueError` where ``names`` is a text: its letters would be taken for names."""
    if isinstance(names, str):
        raise ValueError(f"{name} takes a list of names: [{names!r}]")


def _name(source: Source) -> str:
    return source.name if isinstance(source, SourceFile) else fspath(source)


def _read(sources: Sequence[Source], root: str | PathLike[str] | None) -> tuple[tuple[SourceFile, ...], Loader]:
    if not sources:
        raise ValueError("there is no source: name a file, or give a SourceFile")
    texts = {source.name: source for source in sources if isinstance(source, SourceFile)}
    paths = tuple(map(_name, sources))
    files = tuple(dict.fromkeys(file for path in paths for file in ((path,) if path in texts else files_of((path,)))))
    return tuple(texts.get(file) or read_file(file) for file in files), loader_for(*paths, files=files, root=root)


def _as_manifest(manifest: Source | Mapping[str, object], number: int) -> tuple[SourceFile, ...]:
    if isinstance(manifest, SourceFile):
        return (manifest,)
    if isinstance(manifest, Mapping):
        import json

        return (SourceFile(f"<manifest {number}>", json.dumps(dict(manifest), ensure_ascii=False)),)
    return tuple(map(read_file, files_of((fspath(manifest),), MANIFEST_SUFFIXES)))
