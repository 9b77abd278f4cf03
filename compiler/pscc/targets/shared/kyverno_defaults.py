"""The ``kyverno test`` of the defaults of a policy: the pods that its mutations make."""

from __future__ import annotations

from pscc import ir
from pscc.cases.defaulted import defaulted
from pscc.output.contents import OutputFile
from pscc.output.templating import Code, render, yaml_quote
from pscc.targets.shared.kyverno_suite import values_file


def defaults_test(policy: ir.Policy, name: str, rule: Code | None = None) -> list[OutputFile]:
    """The test of the object ``name``, which sets the defaults of ``policy``: its MutatingPolicy, or a ClusterPolicy.

    Of a ClusterPolicy, Kyverno compares the pod that all rules make with each result, so one ``rule`` that changes the pods
    stands for all.
    """
    import yaml

    pods = defaulted(policy)
    if not pods:
        return []
    folder = f"suite/{name}"
    values = values_file(folder, name, policy.scope)
    test = render(
        "kyverno/defaults_test.yaml.j2",
        name=yaml_quote(name),
        rule=rule,
        values=bool(values),
        resources=[yaml_quote(pod.name) for pod in pods],
    )
    before, after = (
        "---\n".join(str(yaml.safe_dump(pod, sort_keys=False)) for pod in side)
        for side in ([pod.before for pod in pods], [pod.after for pod in pods])
    )
    return [
        OutputFile(f"{folder}/kyverno-test.yaml", test),
        OutputFile(f"{folder}/pods.yaml", before),
        OutputFile(f"{folder}/defaulted.yaml", after),
        *values,
    ]
