"""A scope's labels as a Kubernetes LabelSelector."""

from __future__ import annotations

from pscc.ir.access import Scope


def label_selector(scope: Scope) -> dict[str, object]:
    """The label selector for the namespaces in ``scope``; empty where labels do not matter.

    Two values of one key are two requirements, which no namespace meets: ``matchLabels`` would hold the last alone. Source:
    ``LabelSelector`` in ``k8s.io/apimachinery/pkg/apis/meta/v1/types.go``.
    """
    fields: dict[str, object] = {}
    expressions = [("NotIn", *label) for label in scope.except_labels]
    if len(dict(scope.labels)) == len(scope.labels):
        fields |= {"matchLabels": dict(scope.labels)} if scope.labels else {}
    else:
        expressions = [("In", *label) for label in scope.labels] + expressions
    if expressions:
        fields["matchExpressions"] = [{"key": k, "operator": o, "values": [v]} for o, k, v in expressions]
    return fields
