"""CEL about a pod, made CEL about the template that a workload has for its pods."""

from __future__ import annotations

from pscc.pod.templates import TEMPLATES, WORKLOADS, WRITTEN_BY_CONTROLLERS
from pscc.printers.cel.fragments import cel
from pscc.printers.cel.literals import literal
from pscc.printers.cel.logic import among, equal
from pscc.printers.cel.reads import variable_named
from pscc.printers.cel.tree import Conditional, Expression, Name, Select, substitute, variable
from pscc.printers.cel.variables import Variable

_VARIABLES = (("object", "template"), ("oldObject", "oldTemplate"))
"""The variables that hold the pod template of an object."""
_OF_A_POD = ("spec", "metadata")
"""The fields of a pod that a template has, too."""


_HELD = (("object", "pod"), ("oldObject", "oldPod"))
"""The variables that hold the pod, or the one that a workload would make."""
CONTROLLED = cel(
    "object.kind in $kinds && has(object.metadata.ownerReferences) && "
    "object.metadata.ownerReferences.exists(owner, has(owner.controller) && owner.controller)",
    kinds=literal(WRITTEN_BY_CONTROLLERS),
)
"""Whether a controller has written the workload: its owner has been judged, and its pods will be."""


def at_template(node: Expression, template: str) -> Expression:
    """``node`` about the pod template at ``template`` of the object."""
    return _about(node, {root: variable_named(f"{root}.{template}") for root, _ in _VARIABLES})


def holding_templates(template: str) -> list[Variable]:
    """The variables that hold the pod templates at ``template`` of the object and of the old one."""
    return [(name, variable_named(f"{root}.{template}")) for root, name in _VARIABLES]


def templated(node: Expression) -> Expression:
    """``node`` about the pod template that a variable of `holding_templates` holds."""
    return _about(node, {root: variable(name) for root, name in _VARIABLES})


def holding_pods() -> list[Variable]:
    """The variables that hold the pod of the object and of the old one: itself, or what a workload would make."""
    return [(name, _pod_in(Name(root))) for root, name in _HELD]


def of_held_pods(node: Expression) -> Expression:
    """``node``, which is about a pod, about the one that a variable of `holding_pods` holds."""
    return _about(node, {root: variable(name) for root, name in _HELD})


def _pod_in(root: Expression) -> Expression:
    """The pod that ``root`` is, or would make. A template in a file may have no metadata."""
    by_path: dict[tuple[str, ...], tuple[str, ...]] = {}
    for kinds in WORKLOADS.values():
        for kind in kinds:
            by_path[TEMPLATES[kind]] = (*by_path.get(TEMPLATES[kind], ()), kind)
    pod, of_kind = root, Select(root, "kind")
    for path, kinds in by_path.items():
        template = root
        for field in path:
            template = Select(template, field)
        pod_of_template = cel('{"metadata": has($metadata) ? $metadata : {}, "spec": $template.spec}',
            metadata=Select(template, "metadata"), template=template,
        )  # fmt: skip
        is_one = equal(of_kind, literal(kinds[0])) if len(kinds) == 1 else among(of_kind, literal(kinds))
        pod = Conditional(is_one, pod_of_template, pod)
    return pod


def _about(node: Expression, pods: dict[str, Expression]) -> Expression:
    """``node`` with ``pods`` in the place of the object, and of the old one, where a field of a pod is read."""

    def put(read: Expression) -> Expression | None:
        match read:
            case Select(of=Name(name=root), field=field) if root in pods and field in _OF_A_POD:
                return Select(pods[root], field)
            case _:
                return None

    return substitute(node, put)
