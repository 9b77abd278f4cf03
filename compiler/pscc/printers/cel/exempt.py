"""Variables in CEL: who asks for a pod, and whether an exemption of the Constraint is for them.

The rows of ``variables.params.exemptions`` are those of `pscc.targets.shared.subjects`. They mean what ``exempt`` in
``templates/rego/lib/pscc.rego`` says. Nobody asks for a manifest, for a running pod or for a workload: the user who applies a
workload is not the one who asks for its pods.
"""

from __future__ import annotations

from pscc import ir
from pscc.ir.access import AUTHENTICATED, SERVICE_ACCOUNT_USER, SERVICE_ACCOUNTS
from pscc.printers.cel.fragments import cel
from pscc.printers.cel.literals import literal
from pscc.printers.cel.logic import any_of
from pscc.printers.cel.pod import ACCOUNT, HAS_ACCOUNT
from pscc.printers.cel.reads import access, has_value
from pscc.printers.cel.tree import Expression, Name, Number, Select, variable
from pscc.printers.cel.variables import Variable

EXEMPT = "exempt"
_NAMESPACE = ir.Path(ir.POD, ("metadata", "namespace"))
_KINDS = (("users", "askingUsers"), ("groups", "askingGroups"), ("accounts", "askingAccounts"))
"""The kinds of subjects of an exemption, each with the variable that holds who asks."""


def asking_variables() -> list[Variable]:
    """``askingUser`` (empty where nobody asks), ``askingNamespace``, ``askingAccount``, and all names and groups of both."""
    return [
        ("askingUser", cel(
            'object.kind == "Pod" && has(request.userInfo) && has(request.userInfo.username) '
            '? request.userInfo.username : ""'
        )),
        ("askingNamespace", cel(
            'has(request.namespace) && request.namespace != "" ? request.namespace : ($named ? $name : "default")',
            named=has_value(_NAMESPACE), name=access(_NAMESPACE),
        )),
        ("askingAccount", cel(
            '$named ? $name : (variables.askingUser == "" ? "default" : "")', named=HAS_ACCOUNT, name=ACCOUNT
        )),
        ("askingUsers", cel(
            '[variables.askingUser, variables.askingAccount == "" ? "" : '
            '$account + variables.askingNamespace + ":" + variables.askingAccount].filter(user, user != "")',
            account=literal(SERVICE_ACCOUNT_USER),
        )),
        ("askingGroups", cel(
            '(variables.askingUser == "" ? [$anybody] : (has(request.userInfo.groups) ? request.userInfo.groups : [])) + '
            '(variables.askingAccount == "" ? [] : [$accounts, $accounts_in + variables.askingNamespace])',
            anybody=literal(AUTHENTICATED), accounts=literal(SERVICE_ACCOUNTS), accounts_in=literal(f"{SERVICE_ACCOUNTS}:"),
        )),
        ("askingAccounts", cel(
            "variables.askingUsers.filter(user, user.startsWith($account)).map(user, "
            'user.substring($length).split(":")).filter(parts, parts.size() == 2).map(parts, parts[0] + "/" + parts[1])',
            account=literal(SERVICE_ACCOUNT_USER), length=Number(len(SERVICE_ACCOUNT_USER)),
        )),
    ]  # fmt: skip


def exemption_variables() -> list[Variable]:
    """Variables for exemptions. The last, `EXEMPT`, is true if a requester is exempt."""
    given = "variables.params != null && has(variables.params.exemptions) ? variables.params.exemptions : []"
    named = any_of(*(_among(kind, asking) for kind, asking in _KINDS))
    is_exempt = "variables.exemptions.exists(exemption, has(exemption.everyone) && exemption.everyone || $named)"
    return [*asking_variables(), ("exemptions", cel(given)), (EXEMPT, cel(is_exempt, named=named))]


def _among(kind: str, asking: str) -> Expression:
    """Whether the ``exemption`` names one of the requesters among its subjects of ``kind``."""
    return cel(
        "has($names) && $asking.exists(name, "
        "name in $names.exact || $names.prefixes.exists(prefix, name.startsWith(prefix)))",
        names=Select(Name("exemption"), kind),
        asking=variable(asking),
    )
