"""The scope of a policy as Gatekeeper's ``match``, for constraints and mutators."""

from __future__ import annotations

from pscc.ir.access import ALL, NONE, Names, Scope
from pscc.output.templating import Code, yaml_block, yaml_lines
from pscc.targets.shared.label_selector import label_selector


def match_lines(scope: Scope) -> Code:
    """The fields of ``match`` below ``kinds``, indented for it; empty where a policy holds everywhere.

    Gatekeeper's names take a ``*`` at the end.
    """
    lines: list[str] = []
    if scope.namespaces != ALL:
        lines += _names("namespaces", scope.namespaces)
    if scope.except_namespaces != NONE:
        lines += _names("excludedNamespaces", scope.except_namespaces)
    selector = label_selector(scope)
    if selector:
        lines += yaml_lines({"namespaceSelector": selector})
    return yaml_block("\n".join(lines), 4) if lines else Code("")


def _names(field: str, names: Names) -> list[str]:
    """The lines of ``field``. For ``gator test`` the namespace of a manifest that names none is the empty one.

    Source: ``NamespaceForResource`` in Gatekeeper 3.23 ``pkg/gator/expand/expand.go``.
    """
    lines = yaml_lines({field: [*names.exact, *(f"{prefix}*" for prefix in names.prefixes)]})
    return [*lines, '  - ""  # a manifest that names none'] if "default" in names else lines
