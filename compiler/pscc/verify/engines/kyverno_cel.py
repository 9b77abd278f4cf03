"""Kyverno's command line on policies in CEL: Kyverno's own of ``policies.kyverno.io``, and Kubernetes' own with bindings.

It judges objects as they are created: for such policies it takes no old object, and of subresources it knows nothing. Source:
``AdmissionRequestShape`` in Kyverno 1.19 ``cmd/cli/kubectl-kyverno/processor/operation.go``, and ``Validate`` in
``pkg/admissionpolicy/validate.go``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from pscc.base.frozen import frozen
from pscc.output.contents import OutputFile
from pscc.verify.engines import _kyverno
from pscc.verify.engines._base import Answer, Applied, EngineError, Json, Review, Tick, answer, chunks
from pscc.verify.engines._files import write_objects
from pscc.verify.engines._kyverno import mapping, name_of

_FOLDERS = ("policies/", "bindings/")
_BINDING = "Binding"
_KUBERNETES = "admissionregistration.k8s.io"
_VALIDATING = ("ValidatingPolicy", "ValidatingAdmissionPolicy")
_RESOURCES: Mapping[Applied, str] = {"Pod": "pods", "Deployment": "deployments", "CronJob": "cronjobs"}
_OF_CREATIONS = (
    "Kyverno's command line judges policies in CEL as if each object were created: it was asked about no update, and no rule "
    "about updates or ephemeral containers was tried."
)


@frozen
class _Policy:
    """A policy of an output, with its binding if it has one.

    ``denies``: what it objects to is refused, rather than reported. ``selects``: it goes by labels of namespaces.
    """

    document: Json
    binding: Json | None
    denies: bool
    selects: bool

    @property
    def name(self) -> str:
        """The policy's name."""
        return name_of(self.document)

    def judges(self, kind: Applied) -> bool:
        """Whether it has a rule about the creation of objects of ``kind``, one that Kyverno writes for workloads included."""
        spec = mapping(self.document.get("spec"))
        resources: set[str] = set()
        for rule in map(mapping, _listed(mapping(spec.get("matchConstraints")).get("resourceRules"))):
            if "CREATE" in _listed(rule.get("operations")):
                resources |= set(map(str, _listed(rule.get("resources"))))
        if self.document.get("kind") == "ValidatingPolicy" and "pods" in resources:
            controllers = mapping(mapping(spec.get("autogen")).get("podControllers")).get("controllers")
            by_kyverno = _RESOURCES.values() if controllers is None else _listed(controllers)
            resources |= set(map(str, by_kyverno))
        return _RESOURCES[kind] in resources

    def documents(self, witness: str) -> list[Json]:
        """The policy and its binding. If it ``selects``, also a policy ``witness`` that holds in the same namespaces.

        Every object passes the witness, so its results say which objects the policy has to judge.
        """
        own = [self.document, *([self.binding] if self.binding is not None else [])]
        if not self.selects:
            return own
        api, kind = str(self.document["apiVersion"]), str(self.document["kind"]).replace("Mutating", "Validating")
        spec = mapping(self.document.get("spec"))
        fields: Json = {key: spec[key] for key in ("autogen", "matchConstraints") if key in spec}
        head: Json = {"apiVersion": api, "kind": kind, "metadata": {"name": witness}}
        own.append({**head, "spec": {**fields, "validations": [{"expression": "true"}]}})
        if self.binding is not None:
            held = {**mapping(self.binding.get("spec")), "policyName": witness, "validationActions": ["Audit"]}
            own.append({**head, "kind": f"{kind}{_BINDING}", "spec": held})
        return own


@frozen
class KyvernoCel:
    """The program ``kyverno`` at ``path`` for the policies of ``target``, each run of it within ``timeout`` seconds."""

    path: str
    timeout: float
    target: str
    is_own: bool
    note: str
    name: str = "kyverno"
    changes_pods: bool = True
    takes_updates: bool = False
    takes_users: bool = True
    takes_workloads: bool = True
    joins_messages: bool = True
    runs_in_cel: str = ""

    def runs(self, path: str) -> bool:
        """The policies and their bindings."""
        return path.startswith(_FOLDERS)

    def version(self) -> str:
        """The version that ``kyverno version`` says."""
        return _kyverno.version(self.path, self.timeout)

    def ask(self, files: Sequence[OutputFile], reviews: Sequence[Review], tick: Tick) -> tuple[Answer, ...]:
        """The answers of the policies to each review, and each pod as they change it."""
        answers: dict[str, Answer] = {}
        with tempfile.TemporaryDirectory(prefix="pscc-") as folder:
            policies = _policies(files)
            for alike in _kyverno.alike(reviews):
                judging = [policy for policy in policies if policy.judges(alike[0].kind)]
                for chunk in chunks(alike, _kyverno.CHUNK) if judging else ():
                    with tempfile.TemporaryDirectory(dir=folder) as own:
                        answers |= zip((r.name for r in chunk), self._chunk(Path(own), judging, chunk), strict=True)
                    tick(len(chunk))
                if not judging:
                    answers |= {review.name: answer((), (), _pod(review, {})) for review in alike}
                    tick(len(alike))
        return tuple(answers[review.name] for review in reviews)

    def _chunk(self, folder: Path, policies: Sequence[_Policy], reviews: Sequence[Review]) -> list[Answer]:
        witnesses = [f"pscc-verify-seen-{number}" for number in range(len(policies))]
        paths = [
            write_objects(folder / f"{witness}.yaml", _readable(policy.documents(witness)))
            for policy, witness in zip(policies, witnesses, strict=True)
        ]
        run = _kyverno.apply([self.path, "apply"], self.timeout, folder, paths, reviews)
        judged = {(result.policy, result.name) for result in run.results}
        for policy, witness in zip(policies, witnesses, strict=True):
            for review in reviews:
                due = not policy.selects or (witness, review.name) in judged
                if due is not ((policy.name, review.name) in judged):
                    what = f"{policy.name} {'did not judge' if due else 'judged'} the {review.kind} {review.name}"
                    raise EngineError(f"kyverno apply: {what}{run.printed}", "Kyverno 1.19 reads all these kinds")
        denying = {policy.name for policy in policies if policy.denies}
        return [_answer(review, run, denying) for review in reviews]


def kyverno_policies(path: str, timeout: float) -> KyvernoCel:
    """Kyverno's command line on ValidatingPolicies and MutatingPolicies."""
    return KyvernoCel(path, timeout, "kyverno-cel", is_own=True, note=_OF_CREATIONS)


def admission_policies(path: str, timeout: float) -> KyvernoCel:
    """Kyverno's command line on Kubernetes' own admission policies, which it runs with the API server's code for them."""
    note = (
        f"{_OF_CREATIONS} It stands in for the API server, and leaves `matchConstraints` aside where a policy has a binding: "
        "each policy was asked about the kinds of objects that it names there. It got a MutatingAdmissionPolicy with variables as "
        "a MutatingPolicy of its own, because it does not give variables to the patches of the former."
    )
    return KyvernoCel(path, timeout, "vap", is_own=False, note=note)


def _policies(files: Sequence[OutputFile]) -> list[_Policy]:
    """The policies in ``files``, those that mutate first, as the API server and Kyverno's webhooks ask them."""
    import yaml

    from pscc.base.yaml_classes import safe_loader

    loaded = [
        mapping(document)
        for file in files
        if file.path.startswith(_FOLDERS) and not file.path.endswith("/kustomization.yaml")
        for document in yaml.load_all(file.text, safe_loader())
        if document
    ]
    bindings = {
        (str(document["kind"]).removesuffix(_BINDING), str(mapping(document["spec"]).get("policyName"))): document
        for document in loaded
        if str(document["kind"]).endswith(_BINDING)
    }
    policies = [
        _policy(document, bindings.get((str(document["kind"]), name_of(document))))
        for document in loaded
        if not str(document["kind"]).endswith(_BINDING)
    ]
    return sorted(policies, key=lambda policy: policy.document.get("kind") in _VALIDATING)


def _policy(document: Json, binding: Json | None) -> _Policy:
    spec = mapping(document.get("spec"))
    held = mapping(binding.get("spec")) if binding is not None else {}
    actions = _listed((held if binding is not None else spec).get("validationActions"))
    selectors = (mapping(spec.get("matchConstraints")), mapping(held.get("matchResources")))
    return _Policy(
        document,
        binding,
        denies="Deny" in actions or document.get("kind") not in _VALIDATING,
        selects=any("namespaceSelector" in selector for selector in selectors),
    )


def _readable(documents: Sequence[Json]) -> Sequence[Json]:
    """``documents`` as the command line runs them: Kubernetes' own policies as ``v1``, and in a list.

    Kyverno 1.19 has the schemas of Kubernetes 1.32, which lack MutatingAdmissionPolicies, and asks for none in a list. The fields
    of older versions of these kinds have the same names and meanings. Source: ``kubectlValidateLoader`` in Kyverno 1.19
    ``cmd/cli/kubectl-kyverno/policy/load.go``.
    """
    if not all(str(document["apiVersion"]).startswith(f"{_KUBERNETES}/") for document in documents):
        return documents
    if not documents:
        return ()
    policy, *rest = documents
    if policy["kind"] == "MutatingAdmissionPolicy" and "variables" in mapping(policy["spec"]):
        return _as_kyvernos(policy, *rest)
    items = [{**document, "apiVersion": f"{_KUBERNETES}/v1"} for document in documents]
    return [{"apiVersion": "v1", "kind": "List", "items": items}]


def _as_kyvernos(policy: Json, binding: Json, *witness: Json) -> Sequence[Json]:
    """A MutatingAdmissionPolicy with variables as a MutatingPolicy of Kyverno, with the same expressions.

    Kyverno 1.19 gives variables to the patches of its own policies alone: ``mutateResource`` in ``pkg/admissionpolicy/mutate.go``
    patches without the context that holds them.
    """
    spec = mapping(policy["spec"])
    held = mapping(mapping(binding["spec"]).get("matchResources"))
    fields: Json = {
        key: spec[key] for key in ("matchConditions", "variables", "mutations", "failurePolicy") if key in spec
    }
    fields["matchConstraints"] = {**mapping(spec.get("matchConstraints")), **held}
    fields["autogen"] = {"podControllers": {"controllers": []}}
    metadata = {"name": name_of(policy)}
    own: Json = {"apiVersion": "policies.kyverno.io/v1", "kind": "MutatingPolicy", "metadata": metadata, "spec": fields}
    return [own, *_readable(witness)]


def _answer(review: Review, run: _kyverno.Run, denying: set[str]) -> Answer:
    objecting = [result for result in run.results if result.name == review.name and result.objects]
    denials = [result.message for result in objecting if result.policy in denying]
    warnings = [result.message for result in objecting if result.policy not in denying]
    return answer(denials, warnings, _pod(review, run.changed))


def _pod(review: Review, changed: Mapping[str, Json]) -> Json | None:
    """The pod of ``review`` after the mutations; None for a workload, whose pods are not made yet."""
    return changed.get(review.name, review.pod) if review.kind == "Pod" else None


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []
