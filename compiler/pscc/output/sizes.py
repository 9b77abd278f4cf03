"""What is said of objects that are large: for ``kubectl apply``, and for a cluster."""

from __future__ import annotations

from collections.abc import Iterator

from pscc.diagnostics import Diagnostic
from pscc.output.contents import Output

ANNOTATION = 256 * 1024
"""Bytes that an object's annotations may have together; client-side apply keeps a copy of the object in one.

Source: ``TotalAnnotationSizeLimitB`` in ``k8s.io/apimachinery/pkg/api/validation/objectmeta.go``.
"""
LARGEST = 1_000_000
"""How large an object may be, in bytes: etcd takes 1.5 MiB a request, with what the API server adds."""


def large(output: Output) -> Iterator[Diagnostic]:
    """A note for each resource of ``output`` that needs server-side apply, an error for one that no cluster takes."""
    texts = {file.path: file.text for file in output.files}
    refused = any(d.code == "TGT006" for d in output.diagnostics)
    for path in output.resources:
        size = max(len(document.encode()) for document in texts[path].split("\n---\n"))
        if size > LARGEST and not refused:
            help = "part the choice by namespaces, or compile it for opa"
            yield Diagnostic(
                "TGT006", f"{path} has an object of {size // 1000} kB, larger than a cluster takes", help=help
            )
        elif ANNOTATION < size <= LARGEST:
            message = f"{path} has an object of {size // 1000} kB, of which kubectl would keep a copy in an annotation of 256 KiB"
            help = "apply it with `kubectl apply --server-side`"
            yield Diagnostic("TGT006", message, severity="note", help=help)
