"""Jinja2, set up once: templates own the shape of a file, Python owns values and quoting.

A template can print only numbers and `Code`: text that a printer or a quoting function made. It refuses a plain string, so no
text of a source reaches an output unquoted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from textwrap import fill
from typing import TYPE_CHECKING

from pscc.base.resources import TEMPLATES, cache_folder

if TYPE_CHECKING:
    from jinja2 import Environment, FileSystemBytecodeCache


json_string = json.JSONEncoder(ensure_ascii=False).encode
"""A string as JSON, with what is not ASCII as it is."""
_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*( [A-Za-z0-9_./(][A-Za-z0-9_./()-]*)*")
_NOT_STRINGS = frozenset(["true", "false", "yes", "no", "on", "off", "null", "y", "n"])


class Code(str):
    """Text that is already in the language of the output."""

    __slots__ = ()


class UnquotedError(TypeError):
    """A template printed a plain string: a bug of ours."""


def _only_code(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, (Code, int)):
        raise UnquotedError(f"a template printed {type(value).__name__} {value!r}")
    return value


def _environment(
    autoescape: bool,
    finalize: Callable[[object], object] | None = None,
    bytecode_cache: FileSystemBytecodeCache | None = None,
) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        bytecode_cache=bytecode_cache,
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=autoescape,
        auto_reload=False,
    )


@cache
def _of_code() -> Environment:
    from jinja2 import FileSystemBytecodeCache

    folder = cache_folder()
    kept = FileSystemBytecodeCache(str(folder), "template-%s") if folder else None
    return _environment(False, _only_code, kept)


@cache
def _of_pages() -> Environment:
    return _environment(True)


def render(template: str, **context: object) -> str:
    """The text of ``templates/<template>`` with ``context``. Raises `UnquotedError` on an unquoted string."""
    return _of_code().get_template(template).render(context)


def render_page(template: str, **context: object) -> str:
    """The HTML of ``templates/<template>`` with ``context``. Every text is escaped, so that none of it is markup."""
    return _of_pages().get_template(template).render(context)


def yaml_quote(value: str | int | bool) -> Code:
    """``value`` as a YAML scalar on one line: plain where every YAML reader takes it for that string, else quoted."""
    if isinstance(value, bool):
        return Code("true" if value else "false")
    if isinstance(value, int):
        return Code(str(value))
    if _PLAIN.fullmatch(value) and value.lower() not in _NOT_STRINGS:
        return Code(value)
    return Code(printable(json_string(value)))


def printable(text: str) -> str:
    """``text`` with what an editor or a terminal would not show as ``\\u`` escapes."""
    return "".join(
        c if c.isprintable() else f"\\u{ord(c):04x}" if ord(c) <= 0xFFFF else f"\\U{ord(c):08x}" for c in text
    )


def comment(text: str) -> str:
    """``text`` as one line that is safe behind ``#``."""
    return printable(json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"'))


def yaml_lines(value: object) -> list[str]:
    """A JSON value as the lines of block style YAML; empty lists and objects stay ``[]`` and ``{}``."""
    match value:
        case dict() if value:
            return [line for key, below in value.items() for line in _entry(str(key), below)]
        case list() if value:
            return [line for element in value for line in _item(yaml_lines(element))]
        case dict() | list():
            return [Code("{}" if isinstance(value, dict) else "[]")]
        case None:
            return [Code("null")]
        case str() | int():
            return [yaml_quote(value)]
        case _:
            raise TypeError(f"YAML has no scalar for {type(value).__name__}")


def _entry(key: str, below: object) -> list[str]:
    lines = yaml_lines(below)
    if isinstance(below, (dict, list)) and below:
        return [f"{yaml_quote(key)}:", *(f"  {line}" for line in lines)]
    return [f"{yaml_quote(key)}: {lines[0]}"]


def _item(lines: list[str]) -> list[str]:
    return [f"- {lines[0]}", *(f"  {line}" for line in lines[1:])]


def folded(text: str) -> str:
    """``text`` as lines of prose for a folded block scalar."""
    return fill(" ".join(text.split()), 100, break_long_words=False, break_on_hyphens=False)


def yaml_block(text: str, indent: int) -> Code:
    """``text`` (lines without control characters) as the body of a literal block scalar, indented by ``indent``."""
    pad = " " * indent
    return Code("\n".join(pad + line if line else "" for line in text.rstrip("\n").split("\n")))
