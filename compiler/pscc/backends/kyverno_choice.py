"""A choice for Kyverno: one ClusterPolicy whose CEL finds the policies that may be used, and admits if one accepts.

Each check is a variable, evaluated where a usable policy asks for it. Kyverno is not to write rules for workloads from
it: their pods are asked for by controllers, and it is these who are looked at. Must not know a control.
"""

from __future__ import annotations

import re

from pscc import ir
from pscc.backends._base import OutputFile
from pscc.backends.choice_notes import DESCRIPTION, without_defaults
from pscc.backends.choice_table import statement_of, statements_of
from pscc.backends.choice_who import asking, grants, may_use
from pscc.backends.kyverno_match import match_of
from pscc.diagnostics import Diagnostic
from pscc.passes import looked_at, looked_at_by_all, specialise
from pscc.targets.cel import check_of, literal
from pscc.targets.cel import concerned as concerned_by
from pscc.targets.cel_layout import laid_out
from pscc.templating import Code, folded, render, yaml_block, yaml_quote

LARGEST = 1_000_000
"""How large an object may be, in bytes: etcd takes 1.5 MiB a request, with what the API server adds."""
_BACKGROUND = "Kyverno's background scans know no user, so this policy judges admission requests alone."


def policy_file(choice: ir.Choice, action: Code, warn: bool) -> OutputFile:
    """The ClusterPolicy of ``choice``."""
    variables = _variables(choice)
    usable = [f"(variables.mayUse{i} && size(variables.objections{i}) == 0)" for i in range(len(choice.policies))]
    text = render(
        "kyverno/choice.yaml.j2",
        name=yaml_quote(choice.name),
        description=yaml_block(folded(f"{DESCRIPTION.split(' An audit')[0]} {_BACKGROUND}"), 6),
        action=action,
        warn=warn,
        where=match_of(choice.scope),
        message=yaml_quote("no policy that may be used accepts this pod"),
        concerned=yaml_block(
            laid_out(concerned_by(looked_at_by_all(c for p in choice.policies for c in p.checks))), 12
        ),
        variables=[{"name": Code(n), "expression": yaml_block(laid_out(e), 16)} for n, e in variables],
        holds=yaml_block(laid_out(" || ".join(usable) or "false"), 16),
        text=yaml_block(laid_out(_message(choice)), 16),
    )
    return OutputFile(f"policies/{choice.name}.yaml", text)


def notes(choice: ir.Choice) -> list[Diagnostic]:
    """What Kyverno cannot do of ``choice``."""
    return without_defaults(choice, "Kyverno's mutations cannot tell which policy would change the pod")


def too_large(choice: ir.Choice, text: str) -> list[Diagnostic]:
    """An error where ``text``, the policy of ``choice``, is too large to be applied."""
    if len(text.encode()) <= LARGEST:
        return []
    message = f"{choice.name} makes a ClusterPolicy of {len(text) // 1000} kB, larger than a cluster takes"
    help = "compile it for gatekeeper or opa, or part it by namespaces"
    return [Diagnostic("TGT006", message, choice.span, help=help)]


def _variables(choice: ir.Choice) -> list[tuple[str, str]]:
    found = asking()
    found += grants(choice)
    statements = statements_of(choice)
    names = {key: f"check{number}" for number, key in enumerate(statements)}
    for key, check in statements.items():
        found += [one for one in _check(names[key], check) if one not in found]
    for number, policy in enumerate(choice.policies):
        found.append((f"mayUse{number}", _may_use(policy)))
        texts = ", ".join(f"variables.{names[statement_of(check, statements)]}" for check in policy.checks)
        found.append((f"objections{number}", f'[{texts}].filter(objection, objection != "")' if texts else "[]"))
    return found


def _check(name: str, check: ir.Check) -> list[tuple[str, str]]:
    """The variables of ``check``, of which ``name`` is its message, empty where it has nothing to say."""
    reads, specialised = looked_at(check), specialise(check)
    printed = check_of(specialised, reads)
    own = [n for n, _ in printed.variables if n != "allContainers"]

    def renamed(text: str) -> str:
        return re.sub(r"variables\.(\w+)", lambda m: f"variables.{name}_{m[1]}" if m[1] in own else m[0], text)

    parts = [(n if n not in own else f"{name}_{n}", renamed(e)) for n, e in printed.variables]
    if printed.holds == "true":
        return [(name, '""')]
    return [*parts, (name, f'{renamed(printed.holds)} ? "" : {renamed(printed.message)}')]


def _may_use(policy: ir.Policy) -> str:
    return "false" if policy.scope.labels or policy.scope.except_labels else may_use(policy)


def _message(choice: ir.Choice) -> str:
    """The objections of every policy that may be used, in order."""
    each = [
        f'(variables.mayUse{i} ? [{literal(f"{policy.name}: ")} + variables.objections{i}.join("; ")] : [])'
        for i, policy in enumerate(choice.policies)
    ]
    nobody = [f"variables.mayUse{i}" for i in range(len(choice.policies))]
    who = '" in namespace " + request.namespace + " by " + variables.askingUsers.join(" or ")'
    told = f'({" + ".join(each)}).join(" | ")' if each else '""'
    return f'({" || ".join(nobody) or "false"}) ? {told} : "no policy may be used" + {who}'
