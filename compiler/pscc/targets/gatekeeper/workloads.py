"""Gatekeeper's judgement of workloads: ExpansionTemplates, and the mutators that set defaults in what these make.

A CronJob becomes a Job, and that a Pod. What is made has no operation, so mutators of created pods pass it by, and it
gets mutators of its own.
"""

from __future__ import annotations

from pscc import ir
from pscc.lowering.capabilities import Workloads
from pscc.output.contents import ObjectName, OutputFile
from pscc.output.templating import Code, render
from pscc.targets.gatekeeper.mutators import mutator_file, mutators
from pscc.targets.shared.names import Names

FOLDER = "workloads"
_POD = {"group": Code('""'), "kind": Code("Pod")}
_EXPANSIONS = (
    {
        "name": Code("pscc-workloads"),
        "groups": [
            {"name": Code('""'), "kinds": Code("ReplicationController")},
            {"name": Code("apps"), "kinds": Code("DaemonSet, Deployment, ReplicaSet, StatefulSet")},
            {"name": Code("batch"), "kinds": Code("Job")},
        ],
        "source": Code("spec.template"),
        "makes": _POD,
    },
    {
        "name": Code("pscc-cronjobs"),
        "groups": [{"name": Code("batch"), "kinds": Code("CronJob")}],
        "source": Code("spec.jobTemplate"),
        "makes": {"group": Code("batch"), "kind": Code("Job")},
    },
)


def expansions(program: ir.Program, workloads: Workloads) -> list[OutputFile]:
    """The file of the ExpansionTemplates; none where nothing is checked, or workloads are ``off``."""
    modes = _modes(program, workloads)
    if not modes:
        return []
    action = "" if workloads == "enforce" else "dryrun" if modes == {"audit"} else "warn"
    text = render(
        "gatekeeper/workloads.yaml.j2",
        part_of=Code(""),
        expansions=_EXPANSIONS,
        version=Code("v1beta1"),
        action=Code(action),
    )
    api = "expansion.gatekeeper.sh/v1beta1"
    objects = (ObjectName(api, "ExpansionTemplate", str(each["name"]), shared=True) for each in _EXPANSIONS)
    return [OutputFile("templates/expansion.yaml", text, tuple(objects))]


def _modes(program: ir.Program, workloads: Workloads) -> set[ir.Mode]:
    """The modes in which ``program`` judges workloads; none where nothing is checked, or workloads are ``off``."""
    if workloads == "off":
        return set()
    return {policy.mode for policy in program.policies if policy.checks} | {c.mode for c in program.choices}


def workload_mutators(program: ir.Program, workloads: Workloads, names: Names) -> list[OutputFile]:
    """The files of the folder, in order: mutators, with ``names``, of what the ExpansionTemplates make."""
    if not _modes(program, workloads):
        return []
    files = []
    called = Names((policy.name for policy in program.policies), reserved=("kustomization",))
    for policy in program.policies:
        listed = mutators(policy, names, generated=True)
        if listed:
            path = f"{FOLDER}/{called[policy.name]}.yaml"
            files.append(mutator_file(policy, path, listed, generated=True))
    return files
