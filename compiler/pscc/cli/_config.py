"""``pscc.toml``: what a team says once instead of as options of every command. It is looked for upwards from the source."""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from pscc.base.frozen import frozen
from pscc.cli import COMMANDS

NAME = "pscc.toml"
_NEVER = frozenset(("help", "fix", "unsafe_fixes", "update", "version", "file", "diff", "write", "until"))
"""Options that are about one run: they cannot stand in the file."""
_NEVER_OF = frozenset(
    (
        ("eval", "target"),
        ("explain", "targets"),
        ("report", "output"),
        ("fix", "output"),
        ("plan", "mode"),
        ("plan", "only_namespace"),
    )
)
"""The same for one command.

The targets of ``eval`` and ``explain`` are a question for one run. The output of ``report`` is a page, and that of ``fix`` patches.
A plan has modes and namespaces of its own.
"""
_ROOT = "root"
"""The option whose folder must lie in that of the file."""
_PATHS = frozenset(("at-least", "file", "folder", "output", "pod", "pods"))
"""Options that are paths, besides those whose type says so: in the file they are relative to it."""


class Wrong(click.ClickException):
    """A ``pscc.toml`` that cannot be read or says what no command knows: exit 2."""

    exit_code = 2


@frozen
class Config:
    """A ``pscc.toml``: its path, its text, and what it says by key; a table has the name of a command."""

    path: str
    text: str
    says: tuple[tuple[str, object], ...]

    def line(self, key: str) -> int:
        """The line where ``key`` stands; 1 if it is not known."""
        match = re.search(rf"""^[ \t]*(\[[ \t]*)?["']?{re.escape(key)}["']?[ \t]*[]=]""", self.text, re.MULTILINE)
        return self.text.count("\n", 0, match.start()) + 1 if match else 1

    def wrong(self, key: str, message: str) -> Wrong:
        """The error that ``message`` is wrong with ``key``."""
        return Wrong(f"{self.path}:{self.line(key)}: {message}")


def configured(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """The callback of a command's eager argument: options that are not given get what the nearest ``pscc.toml`` says."""
    named = value if isinstance(value, tuple) else (value,)
    config = nearest(tuple(path for path in named if isinstance(path, str)))
    if config is not None:
        context.default_map = {**(context.default_map or {}), **defaults(config, context.command)}
    return value


def nearest(paths: tuple[str, ...]) -> Config | None:
    """The ``pscc.toml`` in the folder of the first of ``paths`` that is a file or a folder, or in the nearest above it.

    Where none is, it is looked for from the current folder.
    """
    existing = next((path for path in (re.sub(r":\d+$", "", path) for path in paths) if os.path.exists(path)), ".")
    start = Path(existing).resolve()
    for folder in (start, *start.parents) if start.is_dir() else start.parents:
        if (folder / NAME).is_file():
            return _read(os.path.relpath(folder / NAME))
    return None


def _read(path: str) -> Config:
    import tomllib

    try:
        text = Path(path).read_text(encoding="utf-8")
        return Config(path, text, tuple(tomllib.loads(text).items()))
    except OSError as error:
        raise Wrong(f"{path}: it cannot be read: {error.strerror or error}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Wrong(f"{path}: this is not TOML: {error}") from None


def defaults(config: Config, command: click.Command) -> dict[str, object]:
    """The values that ``config`` has for the options of ``command``, by the name of the parameter.

    Raises `Wrong` where it says something that no command knows, or in a form that the option does not take.
    """
    own = {key: (key, value) for key, value in config.says if not isinstance(value, Mapping)}
    for key, value in config.says:
        if isinstance(value, Mapping) and key == command.name:
            own |= {name: (name, own_setting) for name, own_setting in value.items()}
    _require_known(config, command)
    options = options_of(command)
    return {
        options[key].name or key: _value(config, options[key], *says) for key, says in own.items() if key in options
    }


def options_of(command: click.Command) -> dict[str, click.Option]:
    """The options of ``command`` that may stand in the file, by the key that they have there."""
    options = (option for option in command.params if isinstance(option, click.Option) and option.name not in _NEVER)
    return {_key(option): option for option in options if (command.name, option.name) not in _NEVER_OF}


def _key(option: click.Option) -> str:
    return max(option.opts, key=len).removeprefix("--")


def commands() -> Iterator[click.Command]:
    """Every command, each imported when it is asked for."""
    return map(_command, COMMANDS)


def _command(name: str) -> click.Command:
    command: click.Command = importlib.import_module(f"pscc.cli.{name}_").command
    return command


def _require_known(config: Config, command: click.Command) -> None:
    """Raises `Wrong` for a key that no command knows.

    Other commands are imported only where ``command`` does not know a key.
    """
    for key, value in config.says:
        if isinstance(value, Mapping):
            if key not in COMMANDS:
                raise config.wrong(key, f"there is no command `{key}`{_hint(key, COMMANDS)}")
            known = options_of(_command(key))
            for inner in value:
                if inner not in known:
                    raise config.wrong(inner, f"`pscc {key}` has no option `{inner}`{_hint(inner, known)}")
        elif key not in options_of(command) and not any(key in options_of(other) for other in commands()):
            every = [option for other in commands() for option in options_of(other)]
            raise config.wrong(key, f"no command has an option `{key}`{_hint(key, every)}")


def _hint(word: str, known: Any) -> str:
    from pscc.diagnostics.spelling import did_you_mean

    suggestion = did_you_mean(word, known)
    return f": did you mean `{suggestion}`?" if suggestion else ""


def _value(config: Config, option: click.Option, key: str, value: object) -> object:
    if option.is_flag:
        if not isinstance(value, bool):
            raise config.wrong(key, f"`{key}` is true or false")
        return value
    values = value if isinstance(value, list) else [value]
    if isinstance(value, list) and not option.multiple:
        raise config.wrong(key, f"`{key}` is one value, and no list")
    for element in values:
        if not isinstance(element, str) and (isinstance(element, bool) or not isinstance(element, int)):
            raise config.wrong(key, f'`{key}` is a text in quotes, as "{element}"')
    texts = [_path(config, str(element)) if _is_path(option) else str(element) for element in values]
    for text in texts:
        try:
            option.type.convert(text, option, None)
        except click.BadParameter as error:
            raise config.wrong(key, f"`{key}`: {error.message}") from None
    if _key(option) == _ROOT:
        _require_inside(config, key, texts[0])
    return tuple(texts) if option.multiple else texts[0]


def _require_inside(config: Config, key: str, folder: str) -> None:
    """Raises `Wrong` where ``folder`` is not in the folder of ``config``: whoever may change it should see no files by it."""
    from pscc.files import is_inside

    if not is_inside(folder, os.path.dirname(config.path) or "."):
        raise config.wrong(key, f"`{key}` lies outside of the folder of this file: give it as the option --{key}")


def _is_path(option: click.Option) -> bool:
    return isinstance(option.type, click.Path) or _key(option) in _PATHS


def _path(config: Config, path: str) -> str:
    """``path`` as it is from the current folder. Stdin (``-``) and the name of a policy of the library stay as they are."""
    from pscc.meaning.library import is_library_name

    beside = os.path.normpath(os.path.join(os.path.dirname(config.path), path))
    return path if path == "-" or (is_library_name(path) and not os.path.exists(beside)) else beside
