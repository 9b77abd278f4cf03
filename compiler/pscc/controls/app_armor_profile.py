"""The control ``appArmorProfile``: the field (since Kubernetes 1.30), the older annotation beside it."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.base.source import Span
from pscc.controls._base import Control, DefaultShape, Params, Probe, Shape, Takes
from pscc.controls._profiles import RUNTIME_DEFAULT, UNCONFINED, as_object, requirements
from pscc.controls._shapes import (
    CONTAINER,
    CONTAINERS,
    POD,
    allowed,
    among,
    container_field,
    label_of,
    param,
    pod_field,
    word_probes,
)
from pscc.controls._values import Profiles
from pscc.ir import Concat, Const, Each, Entry, Keys, Part, Path, Requirement, Show
from pscc.language.ast import Statement, Verb
from pscc.psp.reading import Psp, literal

FIELD = "appArmorProfile"
PREFIX = "container.apparmor.security.beta.kubernetes.io/"
ALLOWED = "apparmor.security.beta.kubernetes.io/allowedProfileNames"
DEFAULT = "apparmor.security.beta.kubernetes.io/defaultProfileName"

OWN = container_field(FIELD)
ON_POD = pod_field(FIELD)
ANNOTATION = Entry(Path(ir.POD, ("metadata", "annotations")), Concat(PREFIX, Path("container", ("name",))))
ANNOTATED = ir.And((ir.Has(ANNOTATION), ir.Not(ir.Equals(ANNOTATION, Const("")))))
"""Whether the annotation says something: an empty one is none. Source: ``GetProfileNameFromPodAnnotations`` and its callers in
Kubernetes 1.24 ``pkg/security/podsecuritypolicy/apparmor/strategy.go``, and ``ApparmorFieldForAnnotation`` in 1.30
``pkg/api/pod/util.go``."""
BY_FIELD = ir.Has(OWN)
BY_ANNOTATION = ir.And((ir.Not(BY_FIELD), ANNOTATED))
BY_POD = ir.And((ir.Not(BY_FIELD), ir.Not(ANNOTATED), ir.Has(ON_POD)))
NOWHERE = ir.And((ir.Not(BY_FIELD), ir.Not(ANNOTATED), ir.Not(ir.Has(ON_POD))))
"""Where a container's profile comes from, in this order. Source: ``GetProfile`` in Kubernetes 1.30
``pkg/security/apparmor/helpers.go``."""


def shape(verb: Verb, takes: Takes, description: str, suffix: str = "") -> Shape:
    """A shape with one requirement for each place that a profile can come from."""
    own = requirements(verb, takes, FIELD, OWN, CONTAINERS, CONTAINER, "own_profile", BY_FIELD)
    pod = requirements(verb, takes, FIELD, ON_POD, CONTAINERS, CONTAINER, "inherited_profile", BY_POD)
    must: ir.Condition = among(ANNOTATION)
    text: tuple[Part, ...] = (", allowed: ", allowed("words"))
    if (verb, takes) == ("deny", "nothing"):
        must, text = ir.FALSE, (", must not be set",)
    elif verb == "deny":
        must, text = ir.Not(must), (", denied: ", allowed("words"))
    message = (*CONTAINER, f"{FIELD} is ", Show(ANNOTATION), " by annotation", *text)
    annotated = Requirement(CONTAINERS, must, message, ANNOTATION, BY_ANNOTATION, "annotated_profile")
    unset = Requirement(CONTAINERS, ir.FALSE, (*CONTAINER, f"{FIELD} is not set", *text), OWN, NOWHERE, "profile_set")
    return Shape(
        verb, takes, (*own, annotated, *pod, *((unset,) if verb == "require" else ())), description, suffix=suffix
    )


ANNOTATIONS = Path(ir.POD, ("metadata", "annotations"))
KEY = Path("key")
VALUE_OF_KEY = Entry(ANNOTATIONS, Concat("", KEY))


def each_place(verb: Verb, takes: Takes, description: str, suffix: str = "") -> Shape:
    """``on pod or containers``: the pod's field, each container's, and each annotation, whether in force or not.

    Source: ``check_appArmorProfile.go`` in ``k8s.io/pod-security-admission`` v0.37; an empty annotation is none.
    """
    pod = requirements(verb, takes, FIELD, ON_POD, (), POD, "pod_profile")
    own = requirements(verb, takes, FIELD, OWN, CONTAINERS, CONTAINER, "own_profile")
    must: ir.Condition = among(VALUE_OF_KEY)
    text: tuple[Part, ...] = (", allowed: ", allowed("words"))
    if (verb, takes) == ("deny", "nothing"):
        must, text = ir.FALSE, (", must not be set",)
    elif verb == "deny":
        must, text = ir.Not(must), (", denied: ", allowed("words"))
    annotated = Requirement(
        (Each("key", Keys(ANNOTATIONS)),),
        must,
        (*POD, "annotation ", Show(KEY), " is ", Show(VALUE_OF_KEY), *text),
        VALUE_OF_KEY,
        ir.And((ir.StartsWithAny(KEY, Const((f"{PREFIX}*",))), ir.Not(ir.Equals(VALUE_OF_KEY, Const(""))))),
        "annotated_profile",
    )
    return Shape(
        verb, takes, (*pod, *own, annotated), f"Wherever it is set, {description}", "pod or containers", suffix
    )


def build_default(params: Params, span: Span) -> ir.Default:
    """The default profile, for each container that has none: neither its own, nor the pod's, nor by annotation."""
    values = param(params, "values")
    assert isinstance(values, tuple)
    return ir.Default(
        FIELD,
        "containers",
        ("securityContext", FIELD),
        span,
        value=as_object(str(values[0])),
        inherits=("spec", "securityContext", FIELD),
        unless=ANNOTATED,
        grants=str(values[0]) == UNCONFINED,
        isolates=str(values[0]) == RUNTIME_DEFAULT,
    )


def from_psp(psp: Psp) -> Iterator[Statement]:
    """The two annotations: anything goes unless some profiles are allowed, and then each container needs one.

    An empty list, which admits no pod at all, is the control ``pods``'s to say.
    """
    allowed_names = psp.annotation(ALLOWED)
    if allowed_names is not None:
        names = dict.fromkeys(name for name in str(allowed_names.value).split(",") if name)
        if names:
            yield psp.say("require", FIELD, ALLOWED, *(literal(name, allowed_names.span) for name in names))
    default = psp.annotation(DEFAULT)
    if default is not None and default.value:
        yield psp.say("default", FIELD, DEFAULT, literal(str(default.value), default.span))


def probes(check: ir.Check) -> Iterator[Probe]:
    """Each listed profile and others, on the container and on the pod; none."""
    names = [n for n in word_probes(check, ("runtime/default", "unconfined", "localhost/other")) if n != "*"]
    for name in names:
        if name in ("runtime/default", "unconfined") or name.startswith("localhost/"):
            fragment = {"securityContext": {FIELD: dict(as_object(name))}}
            yield Probe(f"apparmor-{label_of(name)}", container=fragment)
            yield Probe(f"apparmor-pod-{label_of(name)}", pod={"spec": fragment})
            for container in ("main", "nobody"):
                annotation = {f"{PREFIX}{container}": name}
                label = f"apparmor-annotation-{container}-{label_of(name)}"
                yield Probe(label, pod={"metadata": {"annotations": annotation}})
    unset = {"securityContext": {FIELD: None}}
    yield Probe("apparmor-unset", pod={"spec": unset}, container=unset)


CONTROL = Control(
    id=FIELD,
    title="AppArmor profiles",
    intent="An AppArmor profile confines what a container reaches on the node.",
    values=Profiles(),
    shapes=(
        shape("deny", "nothing", f"{FIELD} is not set."),
        shape("deny", "values", f"{FIELD} is none of the listed profiles.", "Values"),
        shape("allow", "values", f"{FIELD}, where it is set, is one of the listed profiles."),
        shape("require", "values", f"{FIELD} is set to one of the listed profiles."),
        each_place("deny", "nothing", f"{FIELD} is not set."),
        each_place("deny", "values", f"{FIELD} is none of the listed profiles.", "Values"),
        each_place("allow", "values", f"{FIELD} is one of the listed profiles."),
    ),
    psp_fields=(ALLOWED, DEFAULT),
    psp=from_psp,
    probes=probes,
    example="require appArmorProfile runtime/default, localhost/audited",
    default=DefaultShape("value", build_default, "Where a container has none, by field or annotation, it is set."),
)
