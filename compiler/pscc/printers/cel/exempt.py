"""Who asks for a pod, and whether one of a Constraint's exemptions is for them: variables in CEL.

The rows of ``variables.params.exemptions`` are those of `pscc.targets.shared.subjects`, and mean what ``exempt`` in
``templates/rego/lib/pscc.rego`` says. Nobody asks where a manifest is looked at, or a pod that runs.
"""

from __future__ import annotations

from pscc import ir
from pscc.ir.access import AUTHENTICATED, SERVICE_ACCOUNT_USER, SERVICE_ACCOUNTS
from pscc.printers.cel.expressions import access, has_value, literal
from pscc.printers.cel.pod import ACCOUNT, HAS_ACCOUNT

EXEMPT = "exempt"
_NAMESPACE = ir.Path(ir.POD, ("metadata", "namespace"))


def asking_variables() -> list[tuple[str, str]]:
    """``askingUser`` (empty where nobody asks), ``askingNamespace``, ``askingAccount``, and all names and groups of both."""
    user = 'has(request.userInfo) && has(request.userInfo.username) ? request.userInfo.username : ""'
    namespace = (
        'has(request.namespace) && request.namespace != "" ? request.namespace : '
        f'({has_value(_NAMESPACE)} ? {access(_NAMESPACE)} : "default")'
    )
    account = f'{HAS_ACCOUNT} ? {ACCOUNT} : (variables.askingUser == "" ? "default" : "")'
    own_user = f'{literal(SERVICE_ACCOUNT_USER)} + variables.askingNamespace + ":" + variables.askingAccount'
    own_groups = f"[{literal(SERVICE_ACCOUNTS)}, {literal(SERVICE_ACCOUNTS + ':')} + variables.askingNamespace]"
    of_user = "has(request.userInfo.groups) ? request.userInfo.groups : []"
    start = len(SERVICE_ACCOUNT_USER)
    accounts = (
        f"variables.askingUsers.filter(user, user.startsWith({literal(SERVICE_ACCOUNT_USER)}))"
        f'.map(user, user.substring({start}).split(":")).filter(parts, parts.size() == 2)'
        '.map(parts, parts[0] + "/" + parts[1])'
    )
    return [
        ("askingUser", user),
        ("askingNamespace", namespace),
        ("askingAccount", account),
        (
            "askingUsers",
            f'[variables.askingUser, variables.askingAccount == "" ? "" : {own_user}].filter(user, user != "")',
        ),
        (
            "askingGroups",
            f'(variables.askingUser == "" ? [{literal(AUTHENTICATED)}] : ({of_user})) + '
            f'(variables.askingAccount == "" ? [] : {own_groups})',
        ),
        ("askingAccounts", accounts),
    ]


def exemption_variables() -> list[tuple[str, str]]:
    """Variables of which the last, `EXEMPT`, is true where who asks is exempt."""
    kinds = (("users", "askingUsers"), ("groups", "askingGroups"), ("accounts", "askingAccounts"))
    who = " || ".join(_among(kind, asking) for kind, asking in kinds)
    rows = "variables.params != null && has(variables.params.exemptions) ? variables.params.exemptions : []"
    return [
        *asking_variables(),
        ("exemptions", rows),
        (EXEMPT, f"variables.exemptions.exists(one, has(one.everyone) && one.everyone || {who})"),
    ]


def _among(kind: str, asking: str) -> str:
    named = f"name in one.{kind}.exact || one.{kind}.prefixes.exists(prefix, name.startsWith(prefix))"
    return f"has(one.{kind}) && variables.{asking}.exists(name, {named})"
