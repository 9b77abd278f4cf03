"""All options of a compile in one record, which a folder's manifest keeps.

Each field is an option of the command line: ``exclude_namespace`` is ``--exclude-namespace``. Each release of ``releases`` is
an option, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Literal, TypeVar

from pscc.base.frozen import frozen
from pscc.ir import Mode
from pscc.ir.access import ALL, NONE, Names
from pscc.lowering.capabilities import Layout, Version, Workloads
from pscc.lowering.rollout import Rollout
from pscc.output.emit import MANIFEST, EmitError, options_of
from pscc.output.options import DEFAULTS, EnforcementPoint, Engine, Options, Releases, Templates
from pscc.targets.versions import NEWEST, version

Rbac = Literal["compiled", "live"]
Spelled = str | bool | list[str] | None
"""The value of a setting in JSON, in the spelling of the command line."""
_ENGINES: tuple[Engine, ...] = ("rego", "cel")
_WORKLOADS: tuple[Workloads, ...] = ("warn", "enforce", "off")
_MODES: tuple[Mode, ...] = ("enforce", "warn", "audit")
_TEMPLATES: tuple[Templates, ...] = ("with", "only", "without")
_LAYOUTS: tuple[Layout, ...] = ("per-policy", "per-control")
_POINTS: tuple[EnforcementPoint, ...] = ("validation.gatekeeper.sh", "audit.gatekeeper.sh")
_RBAC: tuple[Rbac, ...] = ("compiled", "live")
_Word = TypeVar("_Word", bound=str)


@frozen
class Settings:
    """The options of a compile.

    ``target`` has the targets, at least one for a compile. ``assume_everyone_may_use``: everyone may use each
    PodSecurityPolicy. ``namespace`` is that of the source's objects which name none. ``sync_waves``: the kustomizations have
    Argo CD's annotations. ``releases`` has the release of each of `PRODUCTS`. The others are those of `Rollout` and `Options`.
    """

    target: tuple[str, ...] = ()
    engine: Engine = DEFAULTS.engine
    workloads: Workloads = DEFAULTS.workloads
    kubernetes: Version = DEFAULTS.kubernetes
    releases: Releases = NEWEST
    mode: Mode | None = None
    exclude_namespace: tuple[str, ...] = ()
    ignore_group: tuple[str, ...] = ()
    sync_waves: bool = False
    rbac: Rbac = "compiled"
    assume_everyone_may_use: bool = False
    templates: Templates = DEFAULTS.templates
    enforcement_point: tuple[EnforcementPoint, ...] = ()
    name_prefix: str = ""
    namespace: str | None = None
    layout: Layout | None = None
    only_namespace: tuple[str, ...] = ()

    @property
    def live(self) -> bool:
        """Whether the cluster's RBAC decides who may use which policy."""
        return self.rbac == "live"

    @property
    def rollout(self) -> Rollout:
        """The options that change modes, namespaces and grants."""
        excluded = _names(self.exclude_namespace) if self.exclude_namespace else NONE
        only = _names(self.only_namespace) if self.only_namespace else ALL
        return Rollout(self.mode, excluded, self.ignore_group, self.live, self.name_prefix, only)

    @property
    def options(self) -> Options:
        """The options that targets read."""
        points = tuple(point for point in _POINTS if point in self.enforcement_point)
        return Options(
            self.engine,
            self.workloads,
            self.kubernetes,
            self.releases,
            self.templates,
            self.layout,
            points,
        )


def _names(spelled: tuple[str, ...]) -> Names:
    prefixes = tuple(name[:-1] for name in spelled if name.endswith("*"))
    return Names(tuple(name for name in spelled if not name.endswith("*")), prefixes)


def differing(settings: Settings) -> frozenset[str]:
    """The names of the options that differ from their defaults, without the dashes in front."""
    plain = as_json(Settings())
    return frozenset(name for name, value in as_json(settings).items() if value != plain[name])


def as_json(settings: Settings) -> dict[str, Spelled]:
    """The value of each option in ``settings``, by the option's name without the dashes in front."""
    values: dict[str, Spelled] = {}
    for member in fields(Settings):
        value = getattr(settings, member.name)
        values |= {
            name: _spelled(part) for name, part in (value if member.name == "releases" else [(member.name, value)])
        }
    return {name.replace("_", "-"): value for name, value in values.items()}


def _arguments(settings: Settings) -> dict[str, tuple[str, ...]]:
    """The arguments of a command line for ``settings``, by option. An option that is not given is left out."""
    spelled: dict[str, tuple[str, ...]] = {}
    for name, value in as_json(settings).items():
        parts = [f"--{name}"] if value is True else []
        for item in value if isinstance(value, list) else [value]:
            parts += [f"--{name}", item] if isinstance(item, str) else []
        if parts:
            spelled[f"--{name}"] = tuple(parts)
    return spelled


def words(settings: Settings) -> dict[str, str]:
    """The command line for ``settings``, by option: ``--mode audit``. An option that is not given is left out."""
    return {name: " ".join(parts) for name, parts in _arguments(settings).items()}


def chosen_arguments(settings: Settings) -> tuple[tuple[str, ...], ...]:
    """The arguments of each option that differs from its default, without the targets."""
    plain = _arguments(Settings())
    return tuple(
        parts for name, parts in _arguments(settings).items() if name != "--target" and parts != plain.get(name)
    )


def chosen(settings: Settings) -> tuple[str, ...]:
    """The `words` of each option that differs from its default, without the targets."""
    return tuple(map(" ".join, chosen_arguments(settings)))


def _spelled(value: object) -> Spelled:
    match value:
        case None | bool() | str():
            return value
        case (int() as major, int() as minor):
            return f"{major}.{minor}"
        case tuple():
            return [str(item) for item in value]
        case _:
            raise TypeError(f"{value!r} is no setting")


# --- reading it back ------------------------------------------------------------


def from_json(data: object) -> Settings:
    """The settings from which `as_json` made ``data``. Options that an older pscc did not have get their defaults.

    Raises `ValueError`, saying why, where it is something else.
    """
    if not isinstance(data, Mapping):
        raise ValueError("it is no object")
    defaults = as_json(Settings())
    if unknown := [str(name) for name in data if name not in defaults]:
        raise ValueError(f"--{unknown[0]} is an option that this pscc does not have")
    values: Mapping[str, object] = {**defaults, **data}
    target = _strings(values, "target")
    if not target:
        raise ValueError("--target")
    return Settings(
        target,
        _word(values, "engine", _ENGINES),
        _word(values, "workloads", _WORKLOADS),
        _release(values, "kubernetes"),
        tuple((name, _release(values, name)) for name, _ in NEWEST),
        None if values["mode"] is None else _word(values, "mode", _MODES),
        _strings(values, "exclude-namespace"),
        _strings(values, "ignore-group"),
        _flag(values, "sync-waves"),
        _word(values, "rbac", _RBAC),
        _flag(values, "assume-everyone-may-use"),
        _word(values, "templates", _TEMPLATES),
        _words(values, "enforcement-point", _POINTS),
        _text(values, "name-prefix") or "",
        _text(values, "namespace"),
        None if values["layout"] is None else _word(values, "layout", _LAYOUTS),
        _strings(values, "only-namespace"),
    )


def settings_of(folder: Path) -> Settings | None:
    """The settings with which the files in ``folder`` were compiled; None where the folder has no record of them.

    Raises `EmitError` where the record cannot be read.
    """
    recorded = options_of(folder)
    if recorded is None:
        return None
    try:
        return from_json(recorded)
    except ValueError as error:
        raise EmitError(f"{folder / MANIFEST} says of the compile what cannot be read: {error}") from None


def _word(values: Mapping[str, object], name: str, among: tuple[_Word, ...]) -> _Word:
    for word in among:
        if values[name] == word:
            return word
    raise ValueError(f"--{name} {values[name]}")


def _words(values: Mapping[str, object], name: str, among: tuple[_Word, ...]) -> tuple[_Word, ...]:
    return tuple(_word({name: text}, name, among) for text in _strings(values, name))


def _strings(values: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = values[name]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"--{name} {value}")
    return tuple(map(str, value))


def _text(values: Mapping[str, object], name: str) -> str | None:
    value = values[name]
    if not isinstance(value, str | None):
        raise ValueError(f"--{name} {value}")
    return value


def _flag(values: Mapping[str, object], name: str) -> bool:
    value = values[name]
    if not isinstance(value, bool):
        raise ValueError(f"--{name} {value}")
    return value


def _release(values: Mapping[str, object], name: str) -> Version:
    value = values[name]
    try:
        return version(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError(f"--{name} {value}") from None
