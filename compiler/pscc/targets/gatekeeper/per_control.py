"""The layout of a Constraint for each check, whose template depends on the check's shape alone: all values are parameters.

Templates are shared by all policies that have a check of their shape. A check that takes defaults as set has a shape of its
own for its values.
"""

from __future__ import annotations

from collections.abc import Iterable

from pscc import ir
from pscc.ir.passes import parameters, rechecked_on
from pscc.ir.plain import plain
from pscc.output.contents import ObjectName, OutputFile, origin
from pscc.output.options import Options
from pscc.output.templating import Code, comment, folded, render, yaml_block, yaml_lines, yaml_quote
from pscc.printers.rego.fragments import EMPTY, Fragment, called_by
from pscc.printers.rego.library import library_for, rules_from
from pscc.printers.rego.rules import check_rules, parameter_rules, unchanged
from pscc.targets.gatekeeper.actions import action_lines
from pscc.targets.gatekeeper.applied import CONSTRAINTS, TEMPLATES, Applied, path_of, template_path
from pscc.targets.gatekeeper.match import match_lines
from pscc.targets.gatekeeper.workloads import Place
from pscc.targets.shared.descriptions import beginning
from pscc.targets.shared.exemptions import as_annotation, of_containers, of_requests
from pscc.targets.shared.names import Names
from pscc.targets.shared.shape_names import endings_of, kind_of
from pscc.targets.shared.subjects import exemption_rows

_SCHEMAS = {
    "string": {"type": "string"},
    "bool": {"type": "boolean"},
    "strings": {"type": "array", "items": {"type": "string"}},
    "ranges": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["min", "max"],
            "properties": {"min": {"type": "integer"}, "max": {"type": "integer"}},
        },
    },
    "hostPaths": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["pathPrefix"],
            "properties": {"pathPrefix": {"type": "string"}, "readOnly": {"type": "boolean"}},
        },
    },
}


def templates(policies: Iterable[ir.Policy], options: Options) -> list[OutputFile]:
    """The ConstraintTemplates of ``policies``, each once. Outputs for other sources may have them, too."""
    listed = {(c.shape, bool(p.exemptions)): c for p in policies for c in p.checks}
    return [_template_file(check, exempt, options) for (_, exempt), check in listed.items()]


def _template_file(check: ir.Check, exempt: bool, options: Options) -> OutputFile:
    name = kind_of(check.shape, exempt).lower()
    named = ObjectName(TEMPLATES, "ConstraintTemplate", name, shared=True)
    return OutputFile(template_path(kind_of(check.shape, exempt)), _template(check, exempt, options), (named,))


def rego_of(check: ir.Check, exempt: bool = False) -> Fragment:
    """The Rego of the template of ``check``. ``exempt``: it exempts the requests that its Constraint lists."""
    printed, same = check_rules(check), unchanged(rechecked_on(check, exempt))
    return rules_from(
        "gatekeeper/template.rego.j2",
        printed.calls | called_by(same),
        package=Code(kind_of(check.shape, exempt).lower()),
        exemptions=exempt,
        rules=Code(printed.rules),
        findings=Code(printed.findings),
        unchanged=[Code(line.text) for line in same],
        parameters=Code(parameter_rules(check)),
    )


def _template(check: ir.Check, exempt: bool, options: Options) -> str:
    from pscc import __version__

    params = [{"name": Code(p.name), "schema": _indented(yaml_lines(_SCHEMAS[p.kind]), 14)} for p in parameters(check)]
    cel = None
    if options.engine == "cel":
        from pscc.targets.gatekeeper.cel import source_of

        cel = source_of(check, exempt)
    rego = EMPTY if cel else rego_of(check, exempt)
    return render(
        "gatekeeper/template.yaml.j2",
        part_of=Code(""),
        name=Code(kind_of(check.shape, exempt).lower()),
        kind=Code(kind_of(check.shape, exempt)),
        exemptions=exempt,
        title=yaml_quote(check.title),
        version=yaml_quote(__version__),
        description=yaml_block(folded(" ".join(filter(None, (check.description, check.intent)))), 6),
        params=params,
        cel=cel,
        rego=yaml_block(rego.text, 14),
        lib=yaml_block(library_for(rego.calls), 16),
    )


def _indented(lines: list[str], indent: int) -> Code:
    return yaml_block("\n".join(lines), indent)


def constraints(policy: ir.Policy, place: Place, file: str, names: Names, options: Options) -> list[Applied]:
    """The Constraints of ``policy`` at ``place``. ``file`` is the name of their folder, ``names`` those of Constraints."""
    return [_constraint(policy, check, place, file, names, options) for check in policy.checks]


def _constraint(policy: ir.Policy, check: ir.Check, place: Place, file: str, names: Names, options: Options) -> Applied:
    name = names.derived(policy.name, *(f"{ending}{place.ending}" for ending in endings_of(check.shape)))
    declared = {param.name for param in parameters(check)}
    from_params = {name: plain(value) for name, value in check.params if value != () and name in declared}
    exempt = {"exemptions": exemption_rows(policy)} if policy.exemptions else {}
    values = {**from_params, **({"because": check.because} if check.because else {}), **exempt}
    kind = kind_of(check.shape, bool(exempt))
    fields = {
        "kind": Code(kind),
        "name": yaml_quote(name),
        "origin": Code(comment(origin(check.statement, check.span))),
        "statement": yaml_quote(beginning(check.statement)),
        "reviewed": as_annotation((*of_requests(policy.exemptions), *of_containers([check]))),
        "action": action_lines(policy.mode, options.enforcement_points),
        "judged": place.judged,
        "match": match_lines(policy.scope),
        "parameters": _indented(yaml_lines(values), 4) if values else Code(""),
    }
    named = ObjectName(CONSTRAINTS, kind, name)
    return Applied(path_of(f"{place.folder}/{file}", name, policy.name), "constraint", named, fields, policy, (check,))
