"""What the commands share that ask a solver."""

from __future__ import annotations

import click

from pscc.cli._shared import Refused

time_limit_option = click.option(
    "--time-limit",
    type=click.FloatRange(0, min_open=True),
    default=60,
    show_default=True,
    metavar="SECONDS",
    help="The time limit of each question to the solver.",
)


def need_solver(command: str) -> None:
    """Exits with 2 where no solver is installed, and says how ``command`` gets one."""
    from pscc.proving.solver import NoSolverError, load

    try:
        load()
    except NoSolverError:
        raise Refused(f"{command} needs the solver z3: run `pip install 'pscc-compiler[prove]'`") from None
