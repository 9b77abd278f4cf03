"""The options of every command that compiles. Each is a field of `Settings`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from pscc.cli._shared import Format, analysed, namespace_option
from pscc.cli._targets import METAVAR, Targets
from pscc.cli._versions import Release
from pscc.targets import options
from pscc.targets.registry import PRODUCTS

if TYPE_CHECKING:
    from pscc.base.source import SourceFile
    from pscc.ir import Program
    from pscc.language.ast import Document
    from pscc.targets.settings import Settings

_Decorator = Callable[[Callable[..., None]], Callable[..., None]]


def _target(help: str) -> _Decorator:
    return click.option("-t", "--target", multiple=True, type=Targets(), metavar=METAVAR, help=help)


_ROLLOUT: tuple[_Decorator, ...] = (
    click.option(
        "--mode",
        type=click.Choice(["enforce", "warn", "audit"]),
        help="What every policy does with a finding. This replaces what the source says. Begin a rollout with audit.",
    ),
    click.option(
        "--exclude-namespace",
        multiple=True,
        metavar="NAME",
        help="Leave this namespace (or PREFIX*) out of every policy. Can be repeated. By default none is left out, not even "
        "kube-system, kube-public and kube-node-lease.",
    ),
    click.option(
        "--only-namespace",
        multiple=True,
        metavar="NAME",
        help="Compile for this namespace (or PREFIX*) only, to roll out namespace by namespace. Can be repeated. Policies for "
        "other namespaces are left out.",
    ),
    click.option(
        "--ignore-group",
        multiple=True,
        metavar="NAME",
        help="Ignore grants to this group, for example system:masters. Can be repeated. Makes the output stricter.",
    ),
)
"""Those of the options that are about modes, namespaces and grants."""


def _choice(option: options.TargetOption) -> _Decorator:
    return click.option(
        f"--{option.name}",
        type=click.Choice(option.values),
        default=None if option.several else option.default,
        multiple=option.several,
        show_default=option.default is not None,
        help=option.help,
    )


_ENGINE = _choice(options.ENGINE)
_RELEASES: tuple[_Decorator, ...] = tuple(
    click.option(
        f"--{program}",
        type=Release(int(release.partition(".")[0])),
        default=release,
        show_default=True,
        help=f"The release of {program.capitalize()} in the cluster.",
    )
    for program, release in options.RELEASES
)
_OPTIONS: tuple[_Decorator, ...] = (
    _ENGINE,
    _choice(options.WORKLOADS),
    *_RELEASES,
    *_ROLLOUT,
    click.option(
        "--sync-waves",
        is_flag=True,
        help="Add Argo CD sync waves to the kustomizations, so that a kind is defined before it is used.",
    ),
    _choice(options.RBAC),
    click.option(
        "--assume-everyone-may-use",
        is_flag=True,
        help="Let everyone use every PodSecurityPolicy, whatever RBAC says.",
    ),
    _choice(options.TEMPLATES),
    _choice(options.LAYOUT),
    _choice(options.ENFORCEMENT_POINT),
    click.option(
        "--name-prefix",
        default="",
        metavar="TEXT",
        help="Begin the names of all policies and objects with this text, for example web- for the folder of one team.",
    ),
    namespace_option,
)


_NOT_GIVEN = (ParameterSource.DEFAULT, ParameterSource.DEFAULT_MAP, None)


def _with(options: Sequence[_Decorator], command: Callable[..., None]) -> Callable[..., None]:
    """``command`` with ``options``, which ``--help`` lists in their order."""
    for option in reversed(options):
        command = option(command)
    return command


def rollout_options(command: Callable[..., None]) -> Callable[..., None]:
    """A decorator that gives a command the options of a `Rollout`, as its argument ``rollout``."""

    @wraps(command)
    def gathered(**arguments: Any) -> None:
        from pscc.targets.settings import Settings

        names = ("mode", "exclude_namespace", "only_namespace", "ignore_group")
        settings = Settings(**{name: arguments.pop(name) for name in names})
        require_options(settings)
        command(rollout=settings.rollout, **arguments)

    return _with(_ROLLOUT, gathered)


def settings_options(targets: str) -> _Decorator:
    """A decorator that gives a command the options of `Settings`, as its argument ``settings``.

    ``targets`` is the help of ``--target``. ``settings.target`` is empty where the user names no target.
    """

    def add(command: Callable[..., None]) -> Callable[..., None]:
        return _with((_target(targets), *_OPTIONS), _settled(command))

    return add


def judging_options(targets: str) -> _Decorator:
    """The same with those options alone that decide what a target does with a pod."""

    def add(command: Callable[..., None]) -> Callable[..., None]:
        return _with((_target(targets), _ENGINE, *_RELEASES, *_ROLLOUT, namespace_option), _settled(command))

    return add


def _settled(command: Callable[..., None]) -> Callable[..., None]:
    """``command`` with the options of `Settings` that it has gathered in its argument ``settings``."""

    @wraps(command)
    def gathered(**arguments: Any) -> None:
        from dataclasses import fields

        from pscc.targets.settings import Settings

        names = [member.name for member in fields(Settings) if member.name in arguments]
        values = {name: arguments.pop(name) for name in names}
        values["releases"] = tuple((product, arguments.pop(product.replace("-", "_"))) for product, _ in PRODUCTS)
        targets = tuple(dict.fromkeys(target for named in values["target"] for target in named))
        command(settings=Settings(**{**values, "target": targets}), **arguments)

    return gathered


def analysed_for(
    settings: Settings, paths: tuple[str, ...], fmt: Format, fix: bool, list_ignored: bool = False
) -> tuple[tuple[SourceFile, ...], Document, Program]:
    """The sources at ``paths``, with their syntax tree and program for ``settings``. Exits with 1 on errors, and reports them.

    Raises a usage error where ``settings``, which name all targets, contradict each other.
    """
    require_options(settings)
    everyone = settings.assume_everyone_may_use or settings.live
    return analysed(paths, fmt, fix, everyone, list_ignored, settings.live, settings.namespace)


def given_options() -> frozenset[str]:
    """The names of the settings that the command line of the running command gives, without the dashes in front."""
    from pscc.targets.settings import Settings, as_json

    context = click.get_current_context()
    sources = {name: context.get_parameter_source(name.replace("-", "_")) for name in as_json(Settings())}
    return frozenset(name for name, source in sources.items() if source not in _NOT_GIVEN)


def require_options(settings: Settings) -> None:
    """Raises `click.UsageError` where ``settings`` contradict each other or their targets."""
    from pscc.targets.soundness import require_sound

    try:
        require_sound(settings, given_options())
    except ValueError as error:
        raise click.UsageError(str(error)) from None
