"""The control ``volumes``: which types of volumes a pod may have."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.controls._base import Control, Probe, Shape
from pscc.controls._shapes import VALUES, VOLUME, VOLUMES, allowed, word_probes
from pscc.controls._values import Words
from pscc.ir import Const, Each, Keys, Path, Requirement, Show
from pscc.language.ast import Statement, Value
from pscc.psp.reading import Psp, literal

KNOWN = (
    "awsElasticBlockStore", "azureDisk", "azureFile", "cephFS", "cinder", "configMap", "csi", "downwardAPI", "emptyDir",
    "ephemeral", "fc", "flexVolume", "flocker", "gcePersistentDisk", "gitRepo", "glusterfs", "hostPath", "iscsi", "nfs",
    "persistentVolumeClaim", "photonPersistentDisk", "portworxVolume", "projected", "quobyte", "rbd", "scaleIO", "secret",
    "storageos", "vsphereVolume",
)  # fmt: skip
"""The types that PSP knew, as PSP spells them. Source: ``FSType`` in ``k8s.io/api/policy/v1beta1``."""

KEYS = tuple("cephfs" if name == "cephFS" else name for name in KNOWN)
"""The same types as the keys of a pod's volume; one of them is spelled another way there."""

VOLUME_TYPE = Path("type")
TYPES = (*VOLUMES, Each("type", Keys(Path("volume"), without=("name",))))


def _is(path: tuple[str, ...], value: str) -> ir.Condition:
    return ir.Equals(Path("source", path), Const(value))


TOKEN = ir.Or((
    ir.Not(ir.Has(Path("source", ("serviceAccountToken",)))),
    ir.And((
        _is(("serviceAccountToken", "path"), "token"),
        ir.Or((
            ir.Not(ir.Has(Path("source", ("serviceAccountToken", "audience")))),
            _is(("serviceAccountToken", "audience"), ""),
        )),
    )),
))  # fmt: skip
ROOT_CA = ir.Or((ir.Not(ir.Has(Path("source", ("configMap",)))), _is(("configMap", "name"), "kube-root-ca.crt")))
NAMESPACE = ir.All(
    "item",
    Path("source", ("downwardAPI", "items")),
    ir.And((
        ir.Equals(Path("item", ("path",)), Const("namespace")),
        ir.Equals(Path("item", ("fieldRef", "fieldPath")), Const("metadata.namespace")),
        ir.Equals(ir.Coalesce((Path("item", ("fieldRef", "apiVersion")), Const("v1"))), Const("v1")),
    )),
)  # fmt: skip
SERVICE_ACCOUNT_TOKEN = ir.All(
    "source",
    Path("volume", ("projected", "sources")),
    ir.And((
        ir.Or(tuple(ir.Has(Path("source", (key,))) for key in ("serviceAccountToken", "configMap", "downwardAPI"))),
        TOKEN,
        ROOT_CA,
    )),
    "api_token_volumes",
)  # fmt: skip
OWN_NAMESPACE = ir.All("source", Path("volume", ("projected", "sources")), NAMESPACE, "own_namespace_volumes")
"""Both are what PSP let pass wherever ``secret`` was allowed. Source: ``IsOnlyServiceAccountTokenSources`` in Kubernetes 1.24
``pkg/security/podsecuritypolicy/util/util.go``."""

LISTED = ir.Or((
    ir.In(VOLUME_TYPE, VALUES),
    ir.And((ir.In(Const("*"), VALUES), ir.In(VOLUME_TYPE, Const(KEYS)))),
    ir.And((
        ir.Equals(VOLUME_TYPE, Const("projected")),
        ir.In(Const("secret"), VALUES),
        SERVICE_ACCOUNT_TOKEN,
        OWN_NAMESPACE,
    )),
))  # fmt: skip
NO_SOURCE = ir.Not(ir.Any("type", Keys(Path("volume"), without=("name",)), ir.TRUE))
EMPTY_DIR = ir.Or((ir.In(Const("emptyDir"), VALUES), ir.In(Const("*"), VALUES)))

IS_TYPE = (*VOLUME, "its type is ", Show(VOLUME_TYPE))
IS_EMPTY_DIR = (*VOLUME, "its type is emptyDir")


def shape(verb: str, typed: ir.Condition, untyped: ir.Condition, text: tuple[ir.Part, ...]) -> tuple[Requirement, ...]:
    """The requirements on the type of a volume. A volume without a type is an ``emptyDir`` to the API server."""
    return (
        Requirement(TYPES, typed, (*IS_TYPE, *text), VOLUME_TYPE, name="volume_type"),
        Requirement(VOLUMES, untyped, (*IS_EMPTY_DIR, *text), Path("volume"), NO_SOURCE, "volume_without_source"),
    )


SHAPES = (
    Shape("deny", "nothing", shape("deny", ir.FALSE, ir.FALSE, (", no volume is allowed",)), "The pod has no volumes."),
    Shape(
        "deny",
        "values",
        shape(
            "deny",
            ir.Not(ir.In(VOLUME_TYPE, VALUES)),
            ir.Not(ir.In(Const("emptyDir"), VALUES)),
            (", denied: ", allowed("words")),
        ),
        "The pod has no volume of the listed types.",
        suffix="Values",
    ),
    Shape(
        "allow",
        "values",
        shape("allow", LISTED, EMPTY_DIR, (", allowed: ", allowed("words"))),
        "The pod has volumes of the listed types only. `*` stands for every type that PodSecurityPolicy knew; `secret` "
        "covers the projected volume of the API token.",
    ),
)  # fmt: skip


def from_psp(psp: Psp) -> Iterator[Statement]:
    """``spec.volumes``: none unless listed."""
    nodes = psp.strings("volumes")
    if not nodes:
        yield psp.say("deny", "volumes", "volumes", implied="no volume at all, the API token's included")
    elif any(node.value == "*" for node in nodes):
        yield psp.say("allow", "volumes", "volumes", Value("*", nodes[0].span))
    else:
        names = dict.fromkeys("cephfs" if node.value == "cephFS" else str(node.value) for node in nodes)
        yield psp.say("allow", "volumes", "volumes", *(literal(name, nodes[0].span) for name in names))


TOKEN_VOLUME: dict[str, object] = {
    "name": "token",
    "projected": {
        "sources": [
            {"serviceAccountToken": {"path": "token", "expirationSeconds": 3607}},
            {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
            {
                "downwardAPI": {
                    "items": [
                        {"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}
                    ]
                }
            },
        ]
    },
}
"""The volume that ServiceAccount admission mounts into pods."""

SOURCES: dict[str, object] = {
    "configMap": {"name": "settings"},
    "secret": {"secretName": "keys"},
    "emptyDir": {},
    "persistentVolumeClaim": {"claimName": "data"},
    "projected": {"sources": [{"secret": {"name": "keys"}}]},
    "downwardAPI": {"items": [{"path": "labels", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.labels"}}]},
    "hostPath": {"path": "/var/log"},
    "nfs": {"server": "files", "path": "/"},
    "csi": {"driver": "inline.csi.example"},
    "image": {"reference": "app:1"},
}


def probes(check: ir.Check) -> Iterator[Probe]:
    """A volume of each listed type, of types that are not listed, the API token's, one of an unknown type."""
    types = [t for t in word_probes(check, ("configMap", "emptyDir", "hostPath", "projected", "image")) if t in SOURCES]
    for name in types:
        yield Probe(f"volumes-{name.lower()}", pod={"spec": {"volumes": [{"name": "data", name: SOURCES[name]}]}})
    yield Probe("volumes-api-token", pod={"spec": {"volumes": [TOKEN_VOLUME]}})
    yield Probe("volumes-none", pod={"spec": {"volumes": None}})


CONTROL = Control(
    id="volumes",
    title="Volume types",
    intent="Some types of volumes reach the node or the storage behind it.",
    values=Words("a type of volume", known=(*KEYS, "cephFS", "image"), star=True),
    shapes=SHAPES,
    psp_fields=("volumes",),
    psp=from_psp,
    probes=probes,
    example="allow volumes configMap, secret, emptyDir, projected, persistentVolumeClaim",
    everything=(*KNOWN, *KEYS),
)
