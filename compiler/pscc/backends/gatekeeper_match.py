"""Where a policy holds, as Gatekeeper's ``match``: of constraints and of mutators alike. Must not know a control."""

from __future__ import annotations

from pscc.access import ALL, NONE, Names, Scope
from pscc.backends.label_selector import label_selector
from pscc.templating import Code, yaml_block, yaml_lines


def match_lines(scope: Scope, labels: bool = True) -> Code:
    """The fields of ``match`` below ``kinds``, indented for it; empty where a policy holds everywhere.

    Gatekeeper's names take a ``*`` at the end. Without ``labels``, what goes by labels of the namespace is left out.
    """
    fields: dict[str, object] = {}
    if scope.namespaces != ALL:
        fields["namespaces"] = _names(scope.namespaces)
    if scope.except_namespaces != NONE:
        fields["excludedNamespaces"] = _names(scope.except_namespaces)
    selector = label_selector(scope) if labels else {}
    if selector:
        fields["namespaceSelector"] = selector
    return yaml_block("\n".join(yaml_lines(fields)), 4) if fields else Code("")


def _names(names: Names) -> list[str]:
    return [*names.exact, *(f"{prefix}*" for prefix in names.prefixes)]
