"""A choice for Gatekeeper: a ConstraintTemplate of its own, with its policies and grants in it, and one Constraint.

A table in the Constraint's parameters would cost ten times as much a review. Gatekeeper's mutators see neither the user
nor another field, so they cannot tell which policy would change a pod: defaults are not set.
"""

from __future__ import annotations

import hashlib
import re

from pscc import ir
from pscc.meaning.naming import CHOICE_OF_CLUSTER
from pscc.output.contents import ObjectName, OutputFile
from pscc.output.options import DEFAULTS, Options
from pscc.output.templating import Code, folded, render, yaml_block, yaml_quote
from pscc.printers.rego.library import library_for
from pscc.targets.gatekeeper.applied import Applied, template_path
from pscc.targets.gatekeeper.match import match_lines
from pscc.targets.gatekeeper.workloads import Judged
from pscc.targets.shared.choice_notes import DESCRIPTION
from pscc.targets.shared.exemptions import as_annotation, of_choice
from pscc.targets.shared.identity import identity
from pscc.targets.shared.names import fitted
from pscc.targets.shared.shape_names import fitted_kind

_DIGEST = 8
CONSTRAINTS = "constraints.gatekeeper.sh/v1beta1"
"""The API version of Constraints."""


def kind(choice: ir.Choice) -> str:
    """The kind of the choice's Constraint: ``PsccPodSecurityPolicies``, ``PsccChoiceTeam``, ``PsccChoiceTeamA3f2b9c1d``.

    It is no kind of a check, and no other choice's: a kind is spelled without the ``-`` and ``.`` of the name, and its
    template's name in small letters, so that a name with these gets a digest.
    """
    words = "".join(word.capitalize() for word in re.split(r"[-.]", choice.name))
    if choice.name == CHOICE_OF_CLUSTER:
        return f"Pscc{words}"
    digest = "" if choice.name.isalnum() else hashlib.sha256(choice.name.encode()).hexdigest()[:_DIGEST]
    return fitted_kind(f"PsccChoice{words}{digest}")


def template(choice: ir.Choice, options: Options = DEFAULTS) -> OutputFile:
    """The ConstraintTemplate of ``choice``, in the engine of ``options``."""
    from pscc import __version__

    name = kind(choice).lower()
    cel = None
    if options.engine == "cel":
        from pscc.targets.gatekeeper.cel import choice_source

        cel = choice_source(choice)
    rego = "" if cel else _rego(choice, name)
    text = render(
        "gatekeeper/choice_template.yaml.j2",
        **identity(choice),
        name=Code(name),
        kind=Code(kind(choice)),
        title=yaml_quote("A choice of pod security policies"),
        version=yaml_quote(__version__),
        description=yaml_block(folded(DESCRIPTION), 6),
        reviewed=as_annotation(of_choice(choice)),
        cel=cel,
        rego=yaml_block(rego, 14),
        lib=yaml_block(library_for(rego) if rego else "", 16),
    )
    named = ObjectName("templates.gatekeeper.sh/v1", "ConstraintTemplate", name)
    return OutputFile(template_path(kind(choice)), text, (named,), choice.name)


def _rego(choice: ir.Choice, name: str) -> str:
    from pscc.targets.shared.choice_rego import choice_rules

    return render("gatekeeper/choice.rego.j2", package=Code(name), rules=Code(choice_rules(choice, of_workloads=True)))


def constraint(choice: ir.Choice, name: str, path: str, action: Code, judged: Judged) -> Applied:
    """The Constraint ``name`` of ``choice`` on what is ``judged``, for the file ``path``."""
    names = ", ".join(policy.name for policy in choice.policies[:8])
    more = len(choice.policies) - 8
    fields = {
        "origin": Code("who may use what, and the policies, are in the template"),
        "kind": Code(kind(choice)),
        "name": yaml_quote(fitted(name)),
        "statement": yaml_quote(f"one of {names}{f' and {more} more' if more > 0 else ''}"),
        "reviewed": Code(""),
        "action": action,
        "judged": judged,
        "match": match_lines(choice.scope),
        "parameters": Code(""),
    }
    return Applied(path, "constraint", ObjectName(CONSTRAINTS, kind(choice), fitted(name)), fields, choice)
