"""The layout with one ConstraintTemplate and one Constraint for each policy. The template has all checks and their values.

Gatekeeper's time for a review grows with the number of Constraints, so this layout is faster than one Constraint for each
check. As there, a violation has the message of one check.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pscc import ir
from pscc.output.contents import ObjectName, OutputFile
from pscc.output.options import Options
from pscc.output.templating import Code, render, yaml_block, yaml_lines, yaml_quote
from pscc.printers.rego.fragments import EMPTY, Fragment
from pscc.printers.rego.library import library_for, rules_from
from pscc.targets.gatekeeper.actions import action_lines
from pscc.targets.gatekeeper.applied import CONSTRAINTS, TEMPLATES, Applied, template_path
from pscc.targets.gatekeeper.match import match_lines
from pscc.targets.gatekeeper.workloads import Place
from pscc.targets.shared.descriptions import beginning, described
from pscc.targets.shared.exemptions import as_annotation, of_containers, of_requests
from pscc.targets.shared.identity import identity
from pscc.targets.shared.layouts import Checks, checks_of
from pscc.targets.shared.names import Names
from pscc.targets.shared.rego_checks import rows_of
from pscc.targets.shared.shape_names import kind_of_owner
from pscc.targets.shared.subjects import exemption_rows

_OF_PODS, _OF_WORKLOADS = "PsccPolicy", "PsccWorkloads"
"""The beginnings of the kinds of templates. A policy has one of each where it judges workloads otherwise than pods."""
ByName = Mapping[str, ir.Policy]


def templates(policies: Iterable[ir.Policy], on_pods: ByName, options: Options) -> list[OutputFile]:
    """The ConstraintTemplates of ``policies``, each once. ``on_pods`` are the policies as they judge pods."""
    listed = {_kind(policy, on_pods): policy for policy in policies}
    return [_template(policy, held, kind, options) for kind, policy in listed.items() if (held := checks_of(policy))]


def _kind(policy: ir.Policy, on_pods: ByName) -> str:
    return kind_of_owner(_OF_PODS if policy.checks == on_pods[policy.name].checks else _OF_WORKLOADS, policy.name)


def _template(policy: ir.Policy, checks: Checks, kind: str, options: Options) -> OutputFile:
    from pscc import __version__

    name, exempt = kind.lower(), bool(policy.exemptions)
    cel = None
    if options.engine == "cel":
        from pscc.targets.gatekeeper.cel import policy_source

        cel = policy_source(checks, exempt)
    rego = EMPTY if cel else _rego(checks, name, exempt)
    text = render(
        "gatekeeper/own_template.yaml.j2",
        **identity(policy),
        name=Code(name),
        kind=Code(kind),
        exemptions=exempt,
        title=yaml_quote(policy.title or policy.name),
        version=yaml_quote(__version__),
        description=described(check for check, _ in checks),
        reviewed=Code(""),
        cel=cel,
        rego=yaml_block(rego.text, 14),
        lib=yaml_block(library_for(rego.calls), 16),
    )
    return OutputFile(template_path(kind), text, (ObjectName(TEMPLATES, "ConstraintTemplate", name),))


def _rego(checks: Checks, package: str, exempt: bool) -> Fragment:
    of = rows_of(checks)
    return rules_from("gatekeeper/policy.rego.j2", of.calls, package=Code(package), checks=of.rows, exemptions=exempt)


def constraints(
    policy: ir.Policy, place: Place, file: str, names: Names, on_pods: ByName, options: Options
) -> list[Applied]:
    """The Constraint of ``policy`` at ``place``, if it checks anything. ``file`` is the name of its file."""
    if not checks_of(policy):
        return []
    kind = _kind(policy, on_pods)
    name = names.first(f"{policy.name}{place.ending}")
    values = {"exemptions": exemption_rows(policy)} if policy.exemptions else {}
    fields = {
        "kind": Code(kind),
        "name": yaml_quote(name),
        "origin": Code("the checks and their values are in the template"),
        "statement": yaml_quote(beginning("; ".join(check.statement or check.title for check in policy.checks))),
        "reviewed": as_annotation((*of_requests(policy.exemptions), *of_containers(policy.checks))),
        "action": action_lines(policy.mode, options.enforcement_points),
        "judged": place.judged,
        "match": match_lines(policy.scope),
        "parameters": yaml_block("\n".join(yaml_lines(values)), 4) if values else Code(""),
    }
    path = f"{place.folder}/{file}.yaml"
    return [Applied(path, "constraint", ObjectName(CONSTRAINTS, kind, name), fields, policy, policy.checks)]
