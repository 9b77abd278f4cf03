"""The output that ``pscc verify`` verifies: a fresh compile, or a folder of an earlier one, with the options of that compile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import click

from pscc.base.frozen import frozen
from pscc.cli._compiling import given_options
from pscc.output.contents import Output, OutputFile
from pscc.output.emit import EmitError, written
from pscc.targets.registry import DEFAULT_TARGET, TARGETS
from pscc.targets.settings import Settings, as_json, settings_of, words
from pscc.verify.engines._rego import is_module

_UNRECORDED = (
    "This folder does not say how it was compiled: it was held against what the options of this command say. Compile it again, "
    "and it will."
)


@frozen
class Compiled:
    """The output to verify, compiled with ``settings``: the one in ``folder``, or a fresh compile where that is None.

    ``prefixes`` has the subfolder of each target. ``recorded``: the folder has a record of the options of its compile.
    """

    settings: Settings
    folder: Path | None = None
    prefixes: Mapping[str, str] | None = None
    recorded: bool = True

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes for the report."""
        return () if self.recorded else (_UNRECORDED,)

    def read(self, target: str, fresh: Output) -> Output:
        """The output to verify for ``target``: ``fresh``, a fresh compile, or the files of the folder that pscc writes.

        Raises `click.UsageError` where the folder has none of these, and where one cannot be read.
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

    def drift(self, fresh: Mapping[str, Output], given: Mapping[str, Output]) -> tuple[str, ...]:
        """The files of ``given``, a folder's, that differ from the ``fresh`` ones, each behind its target."""
        changed: list[str] = []
        for target, output in fresh.items():
            fresh_files, given_files = self._applied(output, output), self._applied(given[target], output)
            changed += [
                f"{target}: {path}" + ("" if path in given_files else " (missing)")
                for path, text in fresh_files.items()
                if text != given_files.get(path)
            ]
        return tuple(changed)

    def _applied(self, output: Output, fresh: Output) -> dict[str, str]:
        """The files of ``output`` that matter to a cluster: policies and, where the options are known, kustomizations."""
        applied = _policies(output, fresh)
        if self.recorded:
            applied |= {file.path: file.text for file in output.files if file.path.endswith("kustomization.yaml")}
        return applied


def afresh(settings: Settings) -> Compiled:
    """A fresh compile with ``settings``; for every target where they name none."""
    return Compiled(replace(settings, target=settings.target or tuple(TARGETS)))


def compiled_folder(path: str, chosen: Settings) -> Compiled:
    """The folder at ``path``, with the options that it was compiled with; with ``chosen`` where it does not say them.

    Raises `click.UsageError` where the command line says another option, or a target that is not there.
    """
    folder = Path(path)
    recorded = _recorded(folder)
    if recorded is None and (above := _recorded(folder.parent)) and folder.name in above.target[1:] + above.target[:-1]:
        # the subfolder of one of several targets
        folder, recorded, chosen = folder.parent, above, replace(chosen, target=chosen.target or (folder.name,))
    if recorded is None:
        inside = tuple(target for target in TARGETS if (folder / target).is_dir())
        settings = replace(chosen, target=chosen.target or inside or (DEFAULT_TARGET,))
        prefixes = {target: f"{target}/" if target in inside else "" for target in settings.target}
        return Compiled(settings, folder, prefixes, recorded=False)
    for chosen_words, recorded_words in _contradictions(chosen, recorded):
        message = (
            f"{chosen_words}: the folder {path} was compiled {recorded_words}; verify takes the options from there"
        )
        raise click.UsageError(message)
    several = len(recorded.target) > 1
    prefixes = {target: f"{target}/" if several else "" for target in recorded.target}
    return Compiled(replace(recorded, target=chosen.target or recorded.target), folder, prefixes)


def _recorded(folder: Path) -> Settings | None:
    try:
        settings = settings_of(folder)
    except EmitError as error:
        raise click.UsageError(str(error)) from None
    if unknown := [name for name in (settings.target if settings else ()) if name not in TARGETS]:
        raise click.UsageError(f"{folder} was compiled for {unknown[0]}, a target that this pscc does not have")
    return settings


def _contradictions(chosen: Settings, recorded: Settings) -> Iterator[tuple[str, str]]:
    """Each option of the command line that differs from ``recorded``, and the recorded one, both in words."""
    chosen_here, theirs_by_name = given_options(), as_json(recorded)
    for name, ours in as_json(chosen).items():
        if name not in chosen_here:
            continue
        theirs = theirs_by_name[name]
        if isinstance(ours, list) and isinstance(theirs, list):
            same = set(ours) <= set(theirs) if name == "target" else set(ours) == set(theirs)
        else:
            same = ours == theirs
        if not same:
            recorded_words = words(recorded).get(f"--{name}")
            yield words(chosen)[f"--{name}"], f"with {recorded_words}" if recorded_words else f"without --{name}"


def _policies(output: Output, fresh: Output) -> dict[str, str]:
    """The files of ``output`` that decide about pods: the applied files, or the Rego modules if no file is applied."""
    applied = fresh.resources
    return {f.path: f.text for f in output.files if (f.path in applied if applied else is_module(f.path))}
