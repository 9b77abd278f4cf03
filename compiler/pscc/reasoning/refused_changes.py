"""Finds defaults that make pods which the API server refuses: the interpreter changes a pod of each kind to which that happens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from pscc import ir
from pscc.base.frozen import frozen
from pscc.ir.walking import nodes
from pscc.pod.validity import Refusal, refusals
from pscc.reference import interpreter
from pscc.reference.interpreter import Json

_SYSTEM = ("spec", "os", "name")


@frozen
class RefusedChange:
    """``default`` of ``policy`` sets a field of a pod, and the API server refuses it.

    ``admitted``: the policy does not object to the pod. Otherwise the API server's words hide the policy's: it validates a
    pod before any validating admission. Source: ``BeforeCreate`` in Kubernetes
    ``staging/src/k8s.io/apiserver/pkg/registry/rest/create.go``, which ``Store.Create`` calls before ``createValidation``.
    """

    policy: ir.Policy
    default: ir.Default
    refusal: Refusal
    admitted: bool


def refused_changes(policy: ir.Policy) -> Iterator[RefusedChange]:
    """For some kinds of pods, the first default of ``policy`` with which the API server refuses the pod.

    The kinds are: privileged pods, pods that add CAP_SYS_ADMIN, and pods for Windows. Those for Windows are tried only if the
    policy reads the operating system: other policies are for clusters without Windows.
    """
    for pod in _tried(policy):
        for default in policy.defaults:
            reasons = refusals(interpreter.with_defaults(replace(policy, defaults=(default,)), pod))
            if reasons:
                yield RefusedChange(policy, default, reasons[0], admitted=not _objects_to(policy, pod))
                break


def refused_where_left_out(default: ir.Default) -> bool:
    """Whether the API server refuses every pod that ``default.left_out`` leaves out, once ``default`` is set there all the same."""
    if default.left_out is None:
        return False
    left_out = default.left_out.condition
    widely = replace(default, unless=ir.FALSE)
    policy = ir.Policy("", "", "enforce", (), (widely,), default.span)
    return all(
        refusals(interpreter.with_defaults(policy, pod))
        for pod in plain_pods(left_out)
        if interpreter.holds(left_out, pod)
    )


def plain_pods(condition: ir.Condition, name: str = "main") -> Iterator[Json]:
    """Pods with nothing but a container called ``name`` and fields that ``condition`` compares with constants.

    There is one for each combination of these constants, and of the fields being unset.
    """
    values: dict[tuple[str, ...], list[str | int]] = {}
    for node in nodes(condition, ir.Equals):
        match node:
            case ir.Equals(
                left=ir.Path(var=ir.POD, fields=fields), right=ir.Const(value=str() | bool() | int() as value)
            ):
                values.setdefault(fields, []).append(value)
    choices: list[list[str | int | None]] = [[None, *given] for given in values.values()]
    for chosen in product(*choices):
        pod: Json = {"spec": {"containers": [{"name": name}]}}
        for fields, wanted in zip(values, chosen, strict=True):
            if wanted is not None:
                pod = interpreter.put(pod, fields, wanted)
        yield pod


def _tried(policy: ir.Policy) -> Iterator[Json]:
    yield _pod({"privileged": True})
    yield _pod({"capabilities": {"add": ["CAP_SYS_ADMIN"]}})
    if any(path.fields == _SYSTEM for path in nodes(policy, ir.Path)):
        yield _pod({}, os={"name": "windows"})


def _pod(context: Json, **spec: object) -> Json:
    container = {"name": "main", "image": "app:1", **({"securityContext": context} if context else {})}
    return {"metadata": {"name": "pod"}, "spec": {"containers": [container], **spec}}


def _objects_to(policy: ir.Policy, pod: Json) -> bool:
    """Whether ``policy`` has a finding about ``pod`` that it has not about a pod without anything."""
    about, plain = (
        {reason.shape for reason in interpreter.check(policy, interpreter.with_defaults(policy, tried)).reasons}
        for tried in (pod, _pod({}))
    )
    return bool(about - plain)
