"""The descriptions of policies carry the values of their statements."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from pscc.base.source import SourceFile
from pscc.driver import analyse, compile_program

KEYS = {
    "vap": "kubernetes.io/description",
    "kyverno": "policies.kyverno.io/description",
    "kyverno-cel": "policies.kyverno.io/description",
}


def objects(statements: str, target: str) -> dict[str, Any]:
    program = analyse(SourceFile("p.psp", f"policy p {{\n{statements}\n}}\n"))[1]
    files = compile_program(program, (target,)).outputs[target].files
    return {f.path: yaml.load(f.text, yaml.CSafeLoader) for f in files if f.path.startswith("policies/")}


@pytest.mark.parametrize("target", KEYS)
def test_each_statement_stands_before_what_it_means(target: str) -> None:
    ports = r'allow hostPorts 1-9, 80 because "a \"b\" {{ c }} $(d) # - |\u2028\n---"'
    found = objects(f"deny privileged\n{ports}\ndefault readOnlyRootFilesystem true", target)
    paragraphs = found["policies/p.yaml"]["metadata"]["annotations"][KEYS[target]].splitlines()
    shown = ports.replace("{{", "{ {") if target == "kyverno" else ports
    assert paragraphs[:2] == [
        "deny privileged: privileged is not true.",
        f"{shown}: Containers use host ports in the listed ranges only.",
    ]
    defaults = found["policies/p-defaults.yaml"]["metadata"]["annotations"][KEYS[target]]
    assert defaults == "Sets what pods leave unset, before they are validated: default readOnlyRootFilesystem true."


@pytest.mark.parametrize("target", KEYS)
def test_a_statement_of_thousands_of_values_is_cut(target: str) -> None:
    ranges = ", ".join(str(port) for port in range(2, 1_000, 2))
    (one, *_) = objects(f"allow hostPorts {ranges}", target).values()
    text = one["metadata"]["annotations"][KEYS[target]]
    assert text.startswith("allow hostPorts 2, 4, 6") and " …: Containers use" in text and len(text) < 1_200


def test_kyverno_finds_no_variable_in_the_annotations_of_a_cluster_policy() -> None:
    """It refuses a policy in which one names the user."""
    asked = "{{{ request.userInfo.username }}"
    text = (
        f'policy p "{asked}" {{\n deny privileged because "{asked}"\n exempt users a because "{asked}"\n'
        f' exempt images a/b:* because "{asked}"\n default readOnlyRootFilesystem true\n}}\n'
    )
    program = analyse(SourceFile("p.psp", text))[1]
    files = [
        f for f in compile_program(program, ("kyverno",)).outputs["kyverno"].files if f.path.startswith("policies/")
    ]
    assert len(files) == 2
    for file in files:
        annotations = yaml.load(file.text, yaml.CSafeLoader)["metadata"]["annotations"]
        assert not [key for key, value in annotations.items() if "{{" in value]
        assert "request.userInfo" in annotations["policies.kyverno.io/title"]
