"""What the engines of the target ``opa`` share: the modules to load, the input for a review, and reading an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pscc.output.contents import OutputFile
from pscc.verify.engines._base import Answer, EngineError, Review, answer

DECISIONS = ("deny", "warn")


def is_module(path: str) -> bool:
    """Whether the file is one of the policies rather than of their tests."""
    return path.endswith(".rego") and not path.endswith("_test.rego")


def modules(files: Sequence[OutputFile]) -> tuple[OutputFile, ...]:
    """The policies among ``files``, each after what it calls: a server compiles them as they come."""
    return tuple(sorted((f for f in files if is_module(f.path)), key=lambda f: (not f.path.startswith("lib/"), f.path)))


def document(review: Review) -> object:
    """The input for ``review``: the applied object, or an AdmissionReview for an update and where the user matters."""
    if review.old_pod is None and review.request is None:
        return review.applied
    operation = "CREATE" if review.old_pod is None else "UPDATE"
    request: dict[str, object] = {"operation": operation, "object": review.applied}
    if review.old_pod is not None:
        request["oldObject"] = review.old_pod
    if review.request is not None:
        request["namespace"] = review.request.namespace
        if review.request.user:
            request["userInfo"] = {"username": review.request.user, "groups": list(review.request.groups)}
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}


def answer_in(main: object) -> Answer:
    """The answer in ``main``, the value of ``data.main``. Raises `EngineError` where that is something else."""
    if isinstance(main, Mapping):
        decisions = [main.get(decision, []) for decision in DECISIONS]
        if all(isinstance(texts, list) and all(isinstance(text, str) for text in texts) for texts in decisions):
            return answer(*decisions)
    raise EngineError(f"`data.main` holds something else than `deny` and `warn`: {str(main)[:200]}")
