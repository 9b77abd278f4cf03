"""Lines of templates that are for people: what they say stands in no answer of an engine."""

from __future__ import annotations

WORDS: dict[str, str] = {}
"""Labels of breaks of `of_templates` that are not tried, each with why."""
