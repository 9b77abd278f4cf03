"""What ``pscc verify`` verifies: a fresh compile, or a folder that was compiled before, with the options of that compile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path

import click
from click.core import ParameterSource

from pscc import __version__
from pscc.base.frozen import frozen
from pscc.output.contents import Output, OutputFile
from pscc.output.emit import EmitError, settings_of, written
from pscc.output.settings import Settings, as_json, option, words
from pscc.targets.registry import DEFAULT_TARGET, TARGETS
from pscc.verify.engines._base import Engine
from pscc.verify.engines._rego import is_module

_UNRECORDED = (
    "This folder does not say how it was compiled: it was held against what the options of this command say. Compile it again, "
    "and it will."
)


@frozen
class Compiled:
    """What is verified, compiled with ``settings``: ``folder``, or with None a fresh compile.

    ``prefixes`` says below which subfolder the files of each target are. ``recorded``: the folder says how it was compiled.
    """

    settings: Settings
    folder: Path | None = None
    prefixes: Mapping[str, str] | None = None
    recorded: bool = True

    @property
    def notes(self) -> tuple[str, ...]:
        """What has to be said of it."""
        return () if self.recorded else (_UNRECORDED,)

    def read(self, target: str, fresh: Output) -> Output:
        """``fresh``, what a compile for ``target`` makes; of a folder the files there that pscc wrote, or would write.

        Raises `click.UsageError` where that is nothing.
        """
        if self.folder is None or self.prefixes is None:
            return fresh
        below = self.folder / self.prefixes[target]
        try:
            listed = written(self.folder)
        except EmitError as error:
            raise click.UsageError(str(error)) from None
        prefix = self.prefixes[target]
        paths = [path.removeprefix(prefix) for path in listed if path.startswith(prefix)]
        files = []
        for path in dict.fromkeys((*(file.path for file in fresh.files), *paths)):
            try:
                files.append(OutputFile(path, (below / path).read_text(encoding="utf-8")))
            except FileNotFoundError:
                continue
            except (OSError, UnicodeDecodeError):
                raise click.UsageError(f"{below / path} cannot be read as text") from None
        output = replace(fresh, files=tuple(files))
        if not _policies(output, fresh):
            raise click.UsageError(f"{self.folder} holds no output of the target {target}: say which with --target")
        return output

    def drift(
        self, fresh: Mapping[str, Output], given: Mapping[str, Output], asked: Sequence[Engine]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What of a folder is not as pscc writes it and no engine of ``asked`` ran; and what to say of all such files."""
        unseen: list[str] = []
        changed: list[str] = []
        for target, output in fresh.items():
            wanted, found = self._applied(output, output), self._applied(given[target], output)
            for path in wanted:
                if wanted[path] != found.get(path):
                    changed.append(f"{target}: {path}" + ("" if path in found else " (missing)"))
                    if not any(engine.target == target and engine.runs(path) for engine in asked):
                        unseen.append(changed[-1])
        if not changed:
            return (), ()
        return tuple(unseen), (f"Not as pscc {__version__} writes them: {', '.join(changed)}.",)

    def _applied(self, output: Output, fresh: Output) -> dict[str, str]:
        """What of ``output`` has a part in what is applied: policies, and where the options are known the kustomizations."""
        found = _policies(output, fresh)
        if self.recorded:
            found |= {file.path: file.text for file in output.files if file.path.endswith("kustomization.yaml")}
        return found


def afresh(settings: Settings) -> Compiled:
    """A fresh compile with ``settings``; for every target where they name none."""
    return Compiled(replace(settings, target=settings.target or tuple(TARGETS)))


def compiled_folder(path: str, given: Settings) -> Compiled:
    """The folder at ``path``, with the options that it was compiled with; with ``given`` where it does not say them.

    Raises `click.UsageError` where the command line says another option, or a target that is not there.
    """
    folder = Path(path)
    recorded = _recorded(folder)
    if recorded is None and (above := _recorded(folder.parent)) and folder.name in above.target[1:] + above.target[:-1]:
        # the subfolder of one of several targets
        folder, recorded, given = folder.parent, above, replace(given, target=given.target or (folder.name,))
    if recorded is None:
        inside = tuple(target for target in TARGETS if (folder / target).is_dir())
        settings = replace(given, target=given.target or inside or (DEFAULT_TARGET,))
        prefixes = {target: f"{target}/" if target in inside else "" for target in settings.target}
        return Compiled(settings, folder, prefixes, recorded=False)
    for said, was in _contradictions(given, recorded):
        message = f"{said}: the folder {path} was compiled {was}; verify takes the options from there"
        raise click.UsageError(message)
    several = len(recorded.target) > 1
    prefixes = {target: f"{target}/" if several else "" for target in recorded.target}
    return Compiled(replace(recorded, target=given.target or recorded.target), folder, prefixes)


def _recorded(folder: Path) -> Settings | None:
    try:
        settings = settings_of(folder)
    except EmitError as error:
        raise click.UsageError(str(error)) from None
    if unknown := [name for name in (settings.target if settings else ()) if name not in TARGETS]:
        raise click.UsageError(f"{folder} was compiled for {unknown[0]}, a target that this pscc does not have")
    return settings


def _contradictions(given: Settings, recorded: Settings) -> Iterator[tuple[str, str]]:
    """Each option of the command line that is not as ``recorded``, and how the folder was compiled."""
    context = click.get_current_context()
    said, was = as_json(given), as_json(recorded)
    for one in fields(Settings):
        if context.get_parameter_source(one.name) in (ParameterSource.DEFAULT, ParameterSource.DEFAULT_MAP, None):
            continue
        name = option(one.name)
        ours, theirs = said[name[2:]], was[name[2:]]
        if isinstance(ours, list) and isinstance(theirs, list):
            same = set(ours) <= set(theirs) if one.name == "target" else set(ours) == set(theirs)
        else:
            same = ours == theirs
        if not same:
            found = words(recorded).get(name)
            yield words(given)[name], f"with {found}" if found else f"without {name}"


def _policies(output: Output, fresh: Output) -> dict[str, str]:
    """The files of ``output`` that decide about pods: those that are applied, else modules."""
    applied = fresh.resources
    return {f.path: f.text for f in output.files if (f.path in applied if applied else is_module(f.path))}
