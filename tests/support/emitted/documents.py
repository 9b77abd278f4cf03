"""The documents of an output: what ``kubectl apply`` takes, and where CEL stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from conformance.targets._base import resources
from pscc.output.contents import Output

Json = dict[str, Any]
GATEKEEPER_VARIABLES = ("params", "anyObject")
"""What Gatekeeper declares for a template. Source: ``cel_snippets.go`` in Gatekeeper 3.23 ``pkg/drivers/k8scel/transform``."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document, and the file that it stands in."""

    path: str
    body: Json

    @property
    def kind(self) -> str:
        """Its kind."""
        return str(self.body["kind"])

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.body["metadata"]["name"])


def documents(output: Output) -> list[Document]:
    """The documents of ``output`` that are applied, in order."""
    return [
        Document(path, body)
        for path, text in resources(output)
        for body in yaml.load_all(text, Loader=yaml.CSafeLoader)
        if body is not None
    ]


@dataclass(slots=True)
class Program:
    """Expressions that share variables: those of one policy, rule or template.

    ``variables`` are declared, in order, and read what stands before them; ``readers`` read all of them, and ``blind``
    none. ``given`` are the variables that the engine declares.
    """

    place: str
    variables: list[tuple[str, str]]
    readers: list[str] = field(default_factory=list)
    blind: list[str] = field(default_factory=list)
    given: tuple[str, ...] = ()


def cel_programs(document: Json) -> Iterator[Program]:
    """The CEL of ``document``."""
    spec = document.get("spec") or {}
    match document["kind"]:
        case "ConstraintTemplate":
            for target in spec["targets"]:
                for code in target["code"]:
                    if code["engine"] == "K8sNativeValidation":
                        source = code["source"]
                        program = Program("template", _variables(source), given=GATEKEEPER_VARIABLES)
                        program.readers = _validations(source["validations"])
                        program.blind = [condition["expression"] for condition in source.get("matchConditions", [])]
                        yield program
        case "ClusterPolicy":
            for rule in spec["rules"]:
                if cel := rule.get("validate", {}).get("cel"):
                    program = Program(f"rule {rule['name']}", _variables(cel), _validations(cel["expressions"]))
                    program.blind = [condition["expression"] for condition in rule.get("celPreconditions", [])]
                    yield program
        case "ValidatingPolicy" | "ValidatingAdmissionPolicy" | "MutatingPolicy" | "MutatingAdmissionPolicy":
            program = Program("policy", _variables(spec), _validations(spec.get("validations", [])))
            program.readers += [mutation["jsonPatch"]["expression"] for mutation in spec.get("mutations", [])]
            program.blind = [condition["expression"] for condition in spec.get("matchConditions", [])]
            yield program


def _variables(spec: Json) -> list[tuple[str, str]]:
    return [(variable["name"], variable["expression"]) for variable in spec.get("variables", [])]


def _validations(listed: list[Json]) -> list[str]:
    return [
        validation[key] for validation in listed for key in ("expression", "messageExpression") if key in validation
    ]


def parameters_schema(template: Json) -> Json:
    """The schema of the parameters of the Constraints of ``template``."""
    schema: Json = template["spec"]["crd"]["spec"]["validation"]["openAPIV3Schema"]
    return schema


def constrained_kind(template: Json) -> str:
    """The kind that ``template`` defines."""
    return str(template["spec"]["crd"]["spec"]["names"]["kind"])


def rego_sources(template: Json) -> list[str]:
    """The Rego of ``template``, its libraries behind; empty where it is in CEL."""
    return [
        text
        for target in template["spec"]["targets"]
        for code in target["code"]
        if code["engine"] == "Rego"
        for text in (code["source"]["rego"], *code["source"].get("libs", []))
        if text.strip()
    ]


def is_constraint(document: Json) -> bool:
    """Whether ``document`` is a Constraint."""
    return str(document["apiVersion"]).startswith("constraints.gatekeeper.sh/")
