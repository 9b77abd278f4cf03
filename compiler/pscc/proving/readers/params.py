"""The object that a ValidatingAdmissionPolicyBinding gives to its policy's expressions as ``params``: a ConfigMap.

Objects of custom kinds are not understood: their definition may set defaults, which the files do not show. Source:
``paramRef`` in the API reference of ``admissionregistration.k8s.io/v1``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pscc.proving.cel.result import Result, just
from pscc.proving.errors import NotUnderstoodError
from pscc.proving.readers.documents import Json, name_of, namespace_of, object_at, title
from pscc.proving.readers.parameters import as_it_is

_KIND = {"apiVersion": "v1", "kind": "ConfigMap"}


def may_be_param(document: Json) -> bool:
    """Whether ``document`` is of the kind that is understood as ``params``."""
    return all(document.get(name) == value for name, value in _KIND.items())


def params_of(kind: object, reference: object, listed: Iterable[Json], where: str) -> Mapping[str, Result]:
    """The name ``params`` and what it is, for a policy with this ``paramKind`` and a binding with this ``paramRef``.

    Empty where the policy has no ``paramKind``. Raises `NotUnderstoodError` where the object is not among ``listed``.
    """
    if kind is None and reference is None:
        return {}
    if kind != _KIND:
        raise NotUnderstoodError(f"{where}: paramKind {kind}: only a ConfigMap is understood as params")
    given = object_at(reference, f"{where}: paramRef", {"name", "namespace", "parameterNotFoundAction"})
    for document in listed:
        named = (name_of(document), namespace_of(document)) == (given.get("name"), given.get("namespace"))
        if may_be_param(document) and named:
            return {"params": just(as_it_is(dict(document), title(document)))}
    raise NotUnderstoodError(
        f"{where}: paramRef: the files have no ConfigMap {given.get('name')} of the namespace {given.get('namespace')}"
    )
