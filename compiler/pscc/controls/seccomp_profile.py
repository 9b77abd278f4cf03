"""The control ``seccompProfile``: the field; an annotation on a pod does nothing since Kubernetes 1.27."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.base.source import Span
from pscc.controls._base import Control, DefaultShape, Params, Probe, Shape, Takes, Unset
from pscc.controls._profiles import RUNTIME_DEFAULT, UNCONFINED, as_object, requirements
from pscc.controls._shapes import CONTAINER, CONTAINERS, POD, container_field, label_of, param, pod_field, word_probes
from pscc.controls._values import Profiles
from pscc.language.ast import On, Statement, Verb
from pscc.psp.reading import Psp, literal

FIELD = "seccompProfile"
ALLOWED = "seccomp.security.alpha.kubernetes.io/allowedProfileNames"
DEFAULT = "seccomp.security.alpha.kubernetes.io/defaultProfileName"
EFFECTIVE = ir.Coalesce((container_field(FIELD), pod_field(FIELD)))

FORMS: tuple[tuple[Verb, Takes, str], ...] = (
    ("deny", "nothing", f"{FIELD} is not set."),
    ("deny", "values", f"{FIELD} is none of the listed profiles."),
    ("allow", "values", f"{FIELD}, where it is set, is one of the listed profiles."),
    ("require", "nothing", f"{FIELD} is set."),
    ("require", "values", f"{FIELD} is set to one of the listed profiles."),
)
SUFFIXES = {("deny", "values"): "Values", ("require", "nothing"): "Set"}
PLACES: tuple[On, ...] = ("", "pod", "pod and containers", "pod or containers")


def shape(verb: Verb, takes: Takes, description: str, on: On) -> Shape:
    """The profile in force for each container, the pod's own, or both; or the profile wherever one is set."""
    pod = requirements(verb, takes, FIELD, pod_field(FIELD), (), POD, "pod_profile")
    containers = requirements(verb, takes, FIELD, EFFECTIVE, CONTAINERS, CONTAINER, "container_profile")
    if on == "pod or containers" and verb == "require":
        may = requirements("allow", takes, FIELD, pod_field(FIELD), (), POD, "pod_profile")
        parts = (*(may if takes == "values" else ()), *containers)
    elif on == "pod or containers":
        own = container_field(FIELD)
        parts = (*pod, *requirements(verb, takes, FIELD, own, CONTAINERS, CONTAINER, "container_profile"))
    else:
        parts = {"": containers, "pod": pod}.get(on, (*pod, *containers))
    where = {
        "": "For each container, ",
        "pod": "On the pod itself, ",
        "pod and containers": "On the pod and for each container, ",
        "pod or containers": "Wherever pod or container set it, and for each container, ",
    }
    return Shape(verb, takes, parts, where[on] + description, on, SUFFIXES.get((verb, takes), ""))


def build_default(params: Params, span: Span) -> ir.Default:
    """The default profile of the pod, for pods that have none."""
    values = param(params, "values")
    assert isinstance(values, tuple)
    profile = str(values[0])
    path = ("spec", "securityContext", FIELD)
    grants, isolates = profile == UNCONFINED, profile == RUNTIME_DEFAULT
    return ir.Default(FIELD, "pod", path, span, value=as_object(profile), grants=grants, isolates=isolates)


def from_psp(psp: Psp) -> Iterator[Statement]:
    """The two annotations: no profile may be set unless some are allowed, and then the pod and each container need one."""
    allowed = psp.annotation(ALLOWED)
    names = [name for name in str(allowed.value).split(",") if name] if allowed else []
    if "*" not in names:
        if names and allowed:
            renamed = dict.fromkeys("runtime/default" if name == "docker/default" else name for name in names)
            values = [literal(name, allowed.span) for name in renamed]
            yield psp.say("require", FIELD, ALLOWED, *values, on="pod and containers")
        else:
            yield psp.say("deny", FIELD, ALLOWED, on="pod and containers", implied="no profile may be set")
    default = psp.annotation(DEFAULT)
    if default is not None and default.value:
        name = "runtime/default" if default.value == "docker/default" else str(default.value)
        yield psp.say("default", FIELD, DEFAULT, literal(name, default.span))


def fragment(name: str) -> dict[str, object]:
    """The profile ``name`` in a security context."""
    return {"securityContext": {FIELD: dict(as_object(name))}}


def probes(check: ir.Check) -> Iterator[Probe]:
    """Each listed profile and others, on the pod, on a container; none on either."""
    names = [n for n in word_probes(check, ("runtime/default", "unconfined", "localhost/other.json")) if n != "*"]
    for name in names:
        if name in ("runtime/default", "unconfined") or name.startswith("localhost/"):
            yield Probe(f"seccomp-{label_of(name)}", container=fragment(name))
            yield Probe(f"seccomp-pod-{label_of(name)}", pod={"spec": fragment(name)})
    unset = {"securityContext": {FIELD: None}}
    yield Probe("seccomp-unset", pod={"spec": unset}, container=unset)


CONTROL = Control(
    id=FIELD,
    title="Seccomp profiles",
    intent="A seccomp profile limits the system calls that a container may make.",
    values=Profiles(),
    shapes=tuple(shape(verb, takes, description, on) for on in PLACES for verb, takes, description in FORMS),
    psp_fields=(ALLOWED, DEFAULT),
    psp=from_psp,
    probes=probes,
    example="require seccompProfile runtime/default, localhost/*",
    default=DefaultShape("value", build_default, "Where the pod has none, it gets the profile; containers inherit it."),
    unset=Unset("it runs unconfined", ("securityContext", FIELD, "type"), "Unconfined", ir.Has(EFFECTIVE)),
)
