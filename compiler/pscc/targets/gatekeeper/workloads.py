"""Gatekeeper's judgement of workloads: ExpansionTemplates, and the mutators that set defaults in what these make.

A CronJob becomes a Job, and that a Pod. What is made has no operation, so mutators of created pods pass it by, and it
gets mutators of its own.
"""

from __future__ import annotations

from pscc import ir
from pscc.lowering.capabilities import Workloads
from pscc.output.contents import ObjectName, OutputFile
from pscc.output.templating import Code, render
from pscc.targets.gatekeeper.match import match_lines
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


def workload_files(program: ir.Program, workloads: Workloads, names: Names) -> list[OutputFile]:
    """The files of the folder, in order; none where nothing is checked, or workloads are ``off``. Mutators get ``names``."""
    modes = {policy.mode for policy in program.policies if policy.checks} | {c.mode for c in program.choices}
    if workloads == "off" or not modes:
        return []
    action = "" if workloads == "enforce" else "dryrun" if modes == {"audit"} else "warn"
    text = render("gatekeeper/workloads.yaml.j2", expansions=_EXPANSIONS, version=Code("v1beta1"), action=Code(action))
    expansions = (
        ObjectName("expansion.gatekeeper.sh/v1beta1", "ExpansionTemplate", str(e["name"])) for e in _EXPANSIONS
    )
    files = [OutputFile(f"{FOLDER}/expansion.yaml", text, tuple(expansions))]
    called = Names((policy.name for policy in program.policies), reserved=("expansion", "kustomization"))
    for policy in program.policies:
        listed = mutators(policy, names, generated=True)
        if listed:
            path = f"{FOLDER}/{called[policy.name]}.yaml"
            files.append(mutator_file(path, listed, match_lines(policy.scope), generated=True))
    return files
