"""Finds the smallest change with which a workload passes without defaults. The interpreter judges each step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from pscc import ir
from pscc.ir.access import Request
from pscc.lowering.prepared import prepared
from pscc.lowering.rollout import Rollout
from pscc.mending.records import Mending, Programs, Setting
from pscc.pod.fields import CONTAINER_LISTS
from pscc.pod.manifests import Manifest
from pscc.pod.normalising import Json, as_list, as_object, normalise
from pscc.pod.templates import Place
from pscc.pod.validity import Refusal
from pscc.reference.evaluate import Judgement, judgements, request_of, works
from pscc.reporting.alike import Alike
from pscc.reporting.changes import changes_by
from pscc.reporting.records import Change, Objection, objections

_AT_CREATION = ("initContainers", "containers")
_NON_ROOT, _USER = "runAsNonRoot", "runAsUser"
_Part = TypeVar("_Part")


def programs_of(program: ir.Program, rollout: Rollout) -> Programs:
    """``program`` rolled out, with its defaults and without them. Raises `SourceError`, as `prepared` does."""
    off = ir.Program(
        tuple(map(_without_defaults, program.policies)),
        tuple(replace(c, policies=tuple(map(_without_defaults, c.policies))) for c in program.choices),
    )
    return Programs(prepared(program, rollout).written, prepared(off, rollout).written)


def _without_defaults(policy: ir.Policy) -> ir.Policy:
    return replace(policy, defaults=())


class Mender:
    """Finds what workloads need, once for all that the programs cannot tell apart."""

    def __init__(self, programs: Programs) -> None:
        self._programs = programs
        every = (programs.written, programs.without, *(() if programs.required is None else (programs.required,)))
        self._alike = Alike(every)
        self._known: dict[tuple[Request, str, bool, str], Mending] = {}

    def mending(self, requested: Request, manifest: Manifest) -> Mending:
        """The `mending_of` the manifest."""
        request = request_of(requested, manifest, manifest.pod)
        key = (request, manifest.kind, bool(manifest.owner), self._alike.key(manifest.pod))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = mending_of(self._programs, requested, manifest)
        return replace(known, manifest=manifest)


def mending_of(programs: Programs, requested: Request, manifest: Manifest) -> Mending:
    """The changes that ``manifest`` needs to pass ``programs.without``. ``requested`` is the request for bare pods.

    The changes have the values that the defaults set today, so that running pods stay as they are, and only those that the
    checks ask for.
    """
    namespace = manifest.namespace or requested.namespace or "default"
    as_it_is = judgements(programs.without, manifest, requested)
    if all(judgement.policy is None for judgement in as_it_is):
        return Mending(manifest, namespace, "unjudged")
    known = frozenset(as_it_is[0].refused)
    if passes(as_it_is, known) and not broken(judgements(programs.written, manifest, requested), known):
        return Mending(manifest, namespace, "passes")
    if manifest.owner:
        return Mending(manifest, namespace, "owned")

    pod = normalise(manifest.pod)
    stuck = never_starts(pod)

    def enough(some: Sequence[Setting]) -> bool:
        mended = replace(manifest, pod=with_settings(manifest.pod, some))
        return (stuck or not never_starts(normalise(mended.pod))) and all(
            passes(judgements(program, mended, requested), known) for program in (programs.without, programs.written)
        )

    today: tuple[Change, ...] | None = None
    for program in (programs.written, programs.required):
        if program is None:
            continue
        judged = judgements(program, manifest, requested)
        changes = changes_by(program, judged, pod)
        today = changes if today is None else today
        known_today = {(change.place, repr(change.after)) for change in today}
        candidates = tuple(
            replace(setting, today=(change.place, repr(change.after)) in known_today)
            for change in changes
            for setting in _settings(change)
        )
        if _same_places(manifest.pod) and enough(candidates):
            settings = fewest(candidates, enough)
            used = {setting.place for setting in settings}
            left_out = tuple(change for change in today if change.place not in used)
            return Mending(manifest, namespace, "mended", settings, left_out)
    denied = objections(judgement for judgement in judged if not judgement.allowed)
    doubtful = _refused_by_the_server(changes, frozenset(judged[0].refused) - known)
    stopped = () if stuck or not never_starts(judged[0].pod) else _stopped(changes)
    return Mending(manifest, namespace, "refused", objections=(*denied, *doubtful, *stopped))


def never_starts(pod: Json) -> bool:
    """Whether a container is to run as root, and not as root.

    Source: ``verifyRunAsNonRoot`` in Kubernetes ``pkg/kubelet/kuberuntime/security_context.go``.
    """
    spec = as_object(pod.get("spec"))
    shared = as_object(spec.get("securityContext"))
    own = (as_object(as_object(c).get("securityContext")) for kind in _AT_CREATION for c in as_list(spec.get(kind)))
    merged = ({**shared, **{name: value for name, value in each.items() if value is not None}} for each in own)
    return any(each.get(_NON_ROOT) is True and _is_root(each.get(_USER)) for each in merged)


def _is_root(user: object) -> bool:
    return user == 0 and not isinstance(user, bool)


def _stopped(changes: Iterable[Change]) -> Iterator[Objection]:
    """An objection for each of ``changes`` after which the kubelet does not start a container."""
    for change in changes:
        if change.place[-1] in (_NON_ROOT, _USER):
            message = f"{change.statement}: the container does not start then: {_NON_ROOT} is true and {_USER} is 0"
            yield Objection(
                "denied", change.policy, change.control, message, change.path, change.span, "", change.after
            )


def _refused_by_the_server(changes: Iterable[Change], refused: frozenset[Refusal]) -> Iterator[Objection]:
    """An objection for each of ``changes`` after which the API server refuses the pod."""
    for change in changes:
        for refusal in refused:
            if refusal.path == change.path:
                message = f"{change.statement}: the API server refuses the pod then: {refusal.message}"
                yield Objection(
                    "denied", change.policy, change.control, message, change.path, change.span, "", change.after
                )


def broken(judged: Sequence[Judgement], known: frozenset[Refusal]) -> bool:
    """Whether the API server refuses the pod once all defaults are set, for more than what is ``known`` of it without them."""
    return not known.issuperset(judged[0].refused)


def passes(judged: Sequence[Judgement], known: frozenset[Refusal]) -> bool:
    """Whether a policy judges the pod, all that do admit it, and the API server refuses nothing of it but what is ``known``."""
    by_some = any(judgement.policy is not None for judgement in judged)
    return by_some and works(judged, known)


def fewest(parts: Sequence[_Part], enough: Callable[[Sequence[_Part]], bool]) -> tuple[_Part, ...]:
    """A selection of ``parts`` that is ``enough`` and from which nothing more can be left out. The last go first.

    ``parts`` together are enough.
    """
    kept, shorter = tuple(parts), True
    while shorter:
        shorter = False
        for index in reversed(range(len(kept))):
            fewer = (*kept[:index], *kept[index + 1 :])
            if enough(fewer):
                kept, shorter = fewer, True
    return kept


def _settings(change: Change) -> Iterator[Setting]:
    """``change`` as settings: one for each element that it adds. None of ephemeral containers, which no manifest creates."""
    if change.place[:1] == ("spec",) and change.place[1] in CONTAINER_LISTS and change.place[1] not in _AT_CREATION:
        return
    if not change.adds:
        yield Setting(change.place, change.after, False, change)
        return
    before = change.before if isinstance(change.before, list) else []
    after = change.after if isinstance(change.after, list) else []
    for element in after[len(before) :]:
        yield Setting(change.place, element, True, change)


def _same_places(pod: Json) -> bool:
    """Whether containers stand at the same places in ``pod`` as a file has it, and as the API server takes it."""
    spec = pod.get("spec")
    lists = [spec.get(kind) for kind in CONTAINER_LISTS] if isinstance(spec, dict) else []
    return not any(isinstance(listed, list) and None in listed for listed in lists)


def with_settings(pod: Json, settings: Iterable[Setting], at: Place = ()) -> Json:
    """``pod`` with ``settings``; nothing of the argument is changed. ``at`` is the place of the pod, if it is in another object."""
    changed: object = pod
    for setting in settings:
        changed = _put(changed, (*at, *setting.place), setting)
    return changed if isinstance(changed, dict) else {}


def _put(target: object, place: Place, setting: Setting) -> object:
    if not place:
        return [*(target if isinstance(target, list) else []), setting.value] if setting.adds else setting.value
    step, rest = place[0], place[1:]
    if isinstance(step, int):
        listed = target if isinstance(target, list) else []
        return [_put(item, rest, setting) if index == step else item for index, item in enumerate(listed)]
    fields = target if isinstance(target, dict) else {}
    return {**fields, step: _put(fields.get(step), rest, setting)}
