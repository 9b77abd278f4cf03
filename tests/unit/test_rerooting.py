"""Modules for a server that others use: packages and documents get a root of their own, and other text stays."""

from __future__ import annotations

import pytest

from pscc.verify.engines._rerooting import rerooted


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("package main\n", "package r.main\n"),
        (
            "# data.x\npackage pscc.a\nimport data.lib.pscc as lib",
            "# data.x\npackage r.pscc.a\nimport data.r.lib.pscc as lib",
        ),
        ('x := data["main"].deny', 'x := data.r["main"].deny'),
        ("x := input.data.main", "x := input.data.main"),
        ('x := "data.main \\" data.main"', 'x := "data.main \\" data.main"'),
        ("x := `package\ndata.main`", "x := `package\ndata.main`"),
        ("x := metadata.name + database.name", "x := metadata.name + database.name"),
        ('x := {"data": data.main}', 'x := {"data": data.r.main}'),
        ("x := data .main # data", "x := data.r .main # data"),
        ('broken := "data.main', 'broken := "data.r.main'),
    ],
)
def test_what_names_a_document_is_moved_and_nothing_else(text: str, moved: str) -> None:
    assert rerooted(text, "r") == moved
