"""Objects that are large: for ``kubectl apply``, and for a cluster."""

from __future__ import annotations

from collections.abc import Iterator

from pscc.ir import Program
from pscc.lowering.shortfalls import NeedsServerSide, TooLarge
from pscc.output.contents import Package

ANNOTATION = 256 * 1024
"""Bytes that an object's annotations may have together; client-side apply keeps a copy of the object in one.

Source: ``TotalAnnotationSizeLimitB`` in ``k8s.io/apimachinery/pkg/api/validation/objectmeta.go``.
"""
LARGEST = 1_000_000
"""The largest size of an object, in bytes: a request to etcd may have 1.5 MiB, with the fields that the API server adds."""


def large(package: Package, program: Program) -> Iterator[NeedsServerSide | TooLarge]:
    """The resources of ``package`` that need server-side apply, and those that no cluster takes. ``program`` is what they mean."""
    choices = {choice.name: choice for choice in program.choices}
    files = {file.path: file for file in package.files}
    for path in package.resources:
        size = max(len(document.encode()) for document in files[path].text.split("\n---\n"))
        if size > LARGEST:
            yield TooLarge(path, size, choices.get(files[path].choice))
        elif size > ANNOTATION:
            yield NeedsServerSide(path, size)
