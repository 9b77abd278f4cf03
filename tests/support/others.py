"""Small policies as other people write them, and what a comparison says of them."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from pscc.base.source import SourceFile
from pscc.driver import analyse
from pscc.files import loader_for
from pscc.ir import Program
from pscc.lowering.prepared import prepared
from pscc.proving.comparing import Relation, comparison, relation
from pscc.proving.question import Differs, Direction
from pscc.proving.witness import Witness, witness

SECONDS = 30.0
ALL_CONTAINERS = (
    "object.spec.containers + object.spec.?initContainers.orValue([]) + object.spec.?ephemeralContainers.orValue([])"
)
_RULES = [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["pods"]}]
Texts = Mapping[str, str]


def _files(*documents: object) -> Texts:
    return {"policies.yaml": yaml.safe_dump_all(documents)}


def validating_policy(*expressions: str, **variables: str) -> Texts:
    """A ValidatingPolicy that audits."""
    spec = {
        "validationActions": ["Audit"],
        "evaluation": {"background": {"enabled": True}},
        "matchConstraints": {"resourceRules": _RULES},
        "variables": [{"name": name, "expression": text} for name, text in variables.items()],
        "validations": [{"expression": text, "message": "two\nlines"} for text in expressions],
    }
    return _files({
        "apiVersion": "policies.kyverno.io/v1", "kind": "ValidatingPolicy", "metadata": {"name": "own"}, "spec": spec,
    })  # fmt: skip


def cluster_policy(*expressions: str, **variables: str) -> Texts:
    """A ClusterPolicy that reports, with a rule in CEL."""
    rule = {
        "name": "own",
        "match": {"any": [{"resources": {"kinds": ["Pod"], "operations": ["CREATE", "UPDATE"]}}]},
        "validate": {
            "cel": {
                "variables": [{"name": name, "expression": text} for name, text in variables.items()],
                "expressions": [{"expression": text, "message": "refused"} for text in expressions],
            }
        },
    }
    spec = {"background": True, "validationFailureAction": "Audit", "rules": [rule]}
    return _files({"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "own"}, "spec": spec})


def admission_policy(*expressions: str, bound: bool = True, data: Mapping[str, str] | None = None) -> Texts:
    """A ValidatingAdmissionPolicy and, where it is ``bound``, its binding; ``data`` is that of its ConfigMap ``params``."""
    api = "admissionregistration.k8s.io/v1"
    spec: dict[str, object] = {
        "matchConstraints": {"resourceRules": _RULES},
        "validations": [{"expression": text} for text in expressions],
    }
    binding: dict[str, object] = {"policyName": "own", "validationActions": ["Deny"]}
    documents: list[object] = []
    if data is not None:
        spec["paramKind"] = {"apiVersion": "v1", "kind": "ConfigMap"}
        binding["paramRef"] = {"name": "values", "namespace": "default", "parameterNotFoundAction": "Deny"}
        metadata = {"name": "values", "namespace": "default"}
        documents.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": dict(data)})
    documents.append({
        "apiVersion": api, "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "own"}, "spec": spec,
    })  # fmt: skip
    if bound:
        documents.append({
            "apiVersion": api, "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "own"}, "spec": binding,
        })  # fmt: skip
    return _files(*documents)


def constraint(parameters: Mapping[str, object], properties: Mapping[str, object], *expressions: str,
               **variables: str) -> Texts:  # fmt: skip
    """A ConstraintTemplate in CEL, beside whose CEL stands Rego, and a constraint."""
    source = {
        "variables": [{"name": name, "expression": text} for name, text in variables.items()],
        "validations": [{"expression": text, "messageExpression": "'refused'"} for text in expressions],
    }
    rego = 'package own\n\nviolation[{"msg": "rego"}] { true }\n'
    codes = [{"engine": "K8sNativeValidation", "source": source}, {"engine": "Rego", "source": {"rego": rego}}]
    schema = {"openAPIV3Schema": {"type": "object", "properties": dict(properties)}}
    crd = {"spec": {"names": {"kind": "Own"}, "validation": schema}}
    target = {"target": "admission.k8s.gatekeeper.sh", "code": codes}
    template = {
        "apiVersion": "templates.gatekeeper.sh/v1",
        "kind": "ConstraintTemplate",
        "metadata": {"name": "own"},
        "spec": {"crd": crd, "targets": [target]},
    }
    match = {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]}
    spec = {"match": match, **({"parameters": dict(parameters)} if parameters else {})}
    return _files(
        template,
        {"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": "Own", "metadata": {"name": "c"}, "spec": spec},
    )


def means(*statements: str) -> Program:
    """The program of a policy with ``statements``."""
    body = "".join(f"    {statement}\n" for statement in statements)
    _, program, _ = analyse(SourceFile("own.psp", f"policy own {{\n{body}}}\n"), load=loader_for("own.psp"))
    return prepared(program).written


def said_of(texts: Texts, *statements: str) -> tuple[Relation, dict[Direction, Witness]]:
    """What the policies in ``texts`` are beside ``statements``, and the pods that show it."""
    source = means(*statements)
    asked = comparison(source, texts)
    directions: tuple[Direction, ...] = ("lets in", "shuts out")
    answers = {does: asked.answered(does, SECONDS) for does in directions}
    pods = {
        does: witness(each, source.policies, source.choices)
        for does, each in answers.items()
        if isinstance(each, Differs)
    }
    return relation(answers["lets in"], answers["shuts out"]), pods


_ADDED = ("allow capabilities.add NET_BIND_SERVICE",)
_IMAGES = {"exemptImages": {"type": "array", "items": {"type": "string"}}}
_PORTS = {"max": {"type": "integer"}, **_IMAGES}
_PATHS = {"allowed": {"type": "array", "items": {"type": "object", "properties": {"pathPrefix": {"type": "string"}}}}}
BYPASSES: dict[str, tuple[Texts, tuple[str, ...]]] = {
    "an unset profile passes for the runtime's": (
        validating_policy(
            "variables.all.all(c, c.?securityContext.?seccompProfile.?type.orValue('RuntimeDefault') in ['RuntimeDefault'])",
            all=ALL_CONTAINERS,
        ),
        ("require seccompProfile runtime/default on pod or containers",),
    ),
    "containers outweigh the pod": (
        validating_policy(
            "object.spec.?securityContext.?runAsNonRoot.orValue(false) && "
            "variables.all.all(c, c.?securityContext.?runAsNonRoot.orValue(true)) || "
            "variables.all.all(c, c.?securityContext.?runAsNonRoot.orValue(false))",
            all=ALL_CONTAINERS,
        ),
        ("require runAsNonRoot true on pod or containers",),
    ),
    "the pod's own options are not read": (
        validating_policy(
            "variables.all.all(c, c.?securityContext.?windowsOptions.?hostProcess.orValue(false) == false)",
            all=ALL_CONTAINERS,
        ),
        ("deny hostProcess",),
    ),
    "one port outside is enough only if all are": (
        constraint(
            {"max": 9000, "exemptImages": ["safe/*"]},
            _PORTS,
            "size(variables.bad) == 0",
            exempt="variables.params.exemptImages.filter(i, i.endsWith('*')).map(i, string(i).replace('*', ''))",
            own="object.spec.containers.filter(c, variables.exempt.exists(e, string(c.image).startsWith(e))).map(c, c.image)",
            bad="object.spec.containers.filter(c, !(c.image in variables.own) && has(c.ports) && "
            "c.ports.all(p, has(p.hostPort) && p.hostPort > variables.params.max))",
        ),
        ("allow hostPorts 1-9000", 'exempt images safe/* from hostPorts because "own"'),
    ),
    "a path's beginning is no folder": (
        constraint(
            {"allowed": [{"pathPrefix": "/foo"}]},
            _PATHS,
            "!has(object.spec.volumes) || object.spec.volumes.all(v, !has(v.hostPath) || "
            "variables.params.allowed.exists(a, v.hostPath.path.startsWith(a.pathPrefix)))",
        ),
        ("allow hostPath /foo",),
    ),
}
"""Policies that admit pods which the statements refuse, of the kinds that libraries have."""
BOTH_WAYS: dict[str, tuple[Texts, tuple[str, ...]]] = {
    "a size and an index": (
        validating_policy(
            "variables.all.all(c, c.?securityContext.?capabilities.?add.orValue([]).size() == 0 || "
            "(c.securityContext.capabilities.add.orValue([]).size() == 1 && "
            "c.securityContext.capabilities.add[0] == 'NET_BIND_SERVICE'))",
            all=ALL_CONTAINERS,
        ),
        _ADDED,
    ),
    "exists_one": (
        validating_policy(
            "variables.all.all(c, c.?securityContext.?capabilities.?drop.orValue([]).exists_one(d, d == 'ALL'))",
            all=ALL_CONTAINERS,
        ),
        ("require capabilities.drop all of ALL",),
    ),
}
"""Policies that refuse pods which the statements admit: a list that names one thing twice."""
