"""Breaks of the compiler while it runs: another function in place of one, another text in place of a template's."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from jinja2 import BaseLoader, Environment, TemplateNotFound

from pscc.base.resources import TEMPLATES
from pscc.output import templating


@contextmanager
def patched(name: str, make: Callable[[Any], Any]) -> Iterator[None]:
    """What ``make`` makes of it in place of ``MODULE.NAME``, in every module of the compiler that has it."""
    module, _, attribute = name.rpartition(".")
    original = getattr(import_module(f"pscc.{module}"), attribute)
    changed = make(original)
    places = [
        (module, key)
        for module in _modules()
        for key, value in vars(module).items()
        # by its name too: small values are the same object by chance
        if value is original and key == attribute
    ]
    patch = _Patch(places, original, changed)
    patch.put(changed)
    _PATCHES.append(patch)
    try:
        yield
    finally:
        _PATCHES.remove(patch)
        patch.put(original)


@dataclass(frozen=True, slots=True)
class _Patch:
    places: list[tuple[Any, str]]
    original: Any
    changed: Any

    def put(self, value: Any) -> None:
        for holder, key in self.places:
            setattr(holder, key, value)
        _forget()


_PATCHES: list[_Patch] = []


@contextmanager
def unbroken() -> Iterator[None]:
    """The compiler as it is, while something else stands in its places: the interpreter shares code with the printers."""
    for patch in _PATCHES:
        patch.put(patch.original)
    try:
        yield
    finally:
        for patch in _PATCHES:
            patch.put(patch.changed)


def _modules() -> list[Any]:
    return [module for name, module in list(sys.modules.items()) if name == "pscc" or name.startswith("pscc.")]


def _forget() -> None:
    """Empty what the compiler has kept of earlier answers."""
    for module in _modules():
        for value in list(vars(module).values()):
            if hasattr(value, "cache_clear") and value is not templating._of_code:
                value.cache_clear()


class _Replaced(BaseLoader):
    """The templates, one of them with another text."""

    def __init__(self, name: str, text: str) -> None:
        self._name, self._text = name, text

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """See `BaseLoader`."""
        path = TEMPLATES / template
        if not path.is_file():
            raise TemplateNotFound(template)
        text = self._text if template == self._name else path.read_text(encoding="utf-8")
        return text, str(path), lambda: True


@contextmanager
def template(name: str, text: str) -> Iterator[None]:
    """``text`` in place of ``templates/<name>``. Raises what Jinja2 raises where it is none, once it is rendered."""
    environment = templating._of_code()
    kept = environment.loader, environment.bytecode_cache
    environment.loader, environment.bytecode_cache = _Replaced(name, text), None
    assert environment.cache is not None
    environment.cache.clear()
    try:
        yield
    finally:
        environment.loader, environment.bytecode_cache = kept
        environment.cache.clear()
