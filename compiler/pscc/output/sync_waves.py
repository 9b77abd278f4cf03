"""Adds Argo CD's annotations to an output folder whose parts must be applied one after another.

Source: Argo CD's documentation, "Sync Phases and Waves" and "Sync Options" (``SkipDryRunOnMissingResource``).
"""

from __future__ import annotations

from dataclasses import replace

from pscc.output.contents import OutputFile

_WAVE = "argocd.argoproj.io/sync-wave"
_OPTIONS = "argocd.argoproj.io/sync-options"
_DEFINES: dict[str, str] = {_WAVE: "0"}
_MUTATES: dict[str, str] = {_WAVE: "1", _OPTIONS: "SkipDryRunOnMissingResource=true"}
_JUDGES: dict[str, str] = {**_MUTATES, _WAVE: "2"}
_STEPS = {"templates": _DEFINES, "mutators": _MUTATES, "policies": _JUDGES, "workloads": _JUDGES}
"""Folders with a kustomization of their own, and what everything in them is annotated with."""


def with_sync_waves(files: tuple[OutputFile, ...]) -> tuple[OutputFile, ...]:
    """``files`` with the annotations in the kustomizations of the folders that are steps; others as they are."""
    return tuple(_annotated(file) for file in files)


def _annotated(file: OutputFile) -> OutputFile:
    *_, folder, name = ("", *file.path.split("/"))
    if name != "kustomization.yaml" or folder not in _STEPS:
        return file
    lines = "".join(f'  {key}: "{value}"\n' for key, value in _STEPS[folder].items())
    # a kustomization ends in its annotations
    return replace(file, text=f"{file.text}{lines}")
