"""A choice for Gatekeeper: a ConstraintTemplate of its own, with its policies and grants in it, and one Constraint.

With a table in the Constraint's parameters, a review would cost ten times as much. Gatekeeper's mutators see neither the user
nor another field. They cannot know which policy would change a pod, so no defaults are set.
"""

from __future__ import annotations

from pscc import ir
from pscc.meaning.naming import CHOICE_OF_CLUSTER
from pscc.output.contents import ObjectName, OutputFile
from pscc.output.options import DEFAULTS, Options
from pscc.output.templating import Code, folded, render, yaml_block, yaml_quote
from pscc.printers.rego.fragments import EMPTY, Fragment
from pscc.printers.rego.library import library_for, rules_from
from pscc.targets.gatekeeper.actions import action_lines
from pscc.targets.gatekeeper.applied import CONSTRAINTS, TEMPLATES, Applied, template_path
from pscc.targets.gatekeeper.match import match_lines
from pscc.targets.gatekeeper.workloads import Place
from pscc.targets.shared.choice_notes import DESCRIPTION
from pscc.targets.shared.exemptions import as_annotation, of_choice
from pscc.targets.shared.identity import identity
from pscc.targets.shared.names import fitted
from pscc.targets.shared.shape_names import kind_of_owner


def kind(choice: ir.Choice) -> str:
    """The kind of the choice's Constraint: ``PsccPodSecurityPolicies`` for that of a cluster, ``PsccChoiceTeam``."""
    if choice.name == CHOICE_OF_CLUSTER:
        return "PsccPodSecurityPolicies"
    return kind_of_owner("PsccChoice", choice.name)


def template(choice: ir.Choice, options: Options = DEFAULTS) -> OutputFile:
    """The ConstraintTemplate of ``choice``, in the engine of ``options``."""
    from pscc import __version__

    name = kind(choice).lower()
    cel = None
    if options.engine == "cel":
        from pscc.targets.gatekeeper.cel import choice_source

        cel = choice_source(choice)
    rego = EMPTY if cel else _rego(choice, name)
    text = render(
        "gatekeeper/own_template.yaml.j2",
        **identity(choice),
        name=Code(name),
        kind=Code(kind(choice)),
        exemptions=False,
        title=yaml_quote("A choice of pod security policies"),
        version=yaml_quote(__version__),
        description=yaml_block(folded(DESCRIPTION), 6),
        reviewed=as_annotation(of_choice(choice)),
        cel=cel,
        rego=yaml_block(rego.text, 14),
        lib=yaml_block(library_for(rego.calls), 16),
    )
    named = ObjectName(TEMPLATES, "ConstraintTemplate", name)
    return OutputFile(template_path(kind(choice)), text, (named,), choice.name)


def _rego(choice: ir.Choice, name: str) -> Fragment:
    from pscc.targets.shared.choice_rego import choice_rules

    rules = choice_rules(choice, of_workloads=True)
    return rules_from("gatekeeper/choice.rego.j2", rules.calls, package=Code(name), rules=Code(rules.text))


def constraint(choice: ir.Choice, place: Place, file: str, options: Options) -> Applied:
    """The Constraint of ``choice`` at ``place``; ``file`` is the name of its file."""
    names = ", ".join(policy.name for policy in choice.policies[:8])
    more = len(choice.policies) - 8
    name = fitted(f"{choice.name}{place.ending}")
    fields = {
        "origin": Code("who may use what, and the policies, are in the template"),
        "kind": Code(kind(choice)),
        "name": yaml_quote(name),
        "statement": yaml_quote(f"one of {names}{f' and {more} more' if more > 0 else ''}"),
        "reviewed": Code(""),
        "action": action_lines(choice.mode, options.enforcement_points),
        "judged": place.judged,
        "match": match_lines(choice.scope),
        "parameters": Code(""),
    }
    path = f"{place.folder}/{file}.yaml"
    return Applied(path, "constraint", ObjectName(CONSTRAINTS, kind(choice), name), fields, choice)
