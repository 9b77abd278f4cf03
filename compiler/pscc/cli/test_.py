"""``pscc test``: the cases that stand beside a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pscc.cli._config import configured
from pscc.cli._shared import results_format, root_option, write_diagnostics, write_text

if TYPE_CHECKING:
    from pscc.cli._testing import Run

_HELP = """Run the test cases in the files PATH, and in all *_test.yaml of the folders PATH. The default is this folder.

Exit 1 if a case fails or a file has errors. The suite in a compiled folder has the same cases, and `pscc verify` runs them on
the engines.

\b
team_test.yaml has the cases for team.psp beside it. For another source, begin the file with
`source: OTHER.psp`, or a list of sources:

\b
  pod: {spec: {containers: [{name: app, image: registry.example/app:1}]}}
  cases:
  - allowed: a plain pod
  - denied: a privileged container
    set: {"spec.containers[0].securityContext.privileged": true}
    controls: [privileged]
  - allowed: the log agent may read /var/log
    file: agent.yaml
    as: system:serviceaccount:logging:agent
    namespace: logging

\b
The first key of a case is the verdict, as `pscc eval` has it: allowed, denied, warned, audited or unjudged.
Its value is the name of the case. Other keys:
  pod, file   the pod or workload itself, or the path of its manifest. Default: the `pod` at the top of the file
  set         fields of the pod (or of the workload's pod) to change, by path. null removes a field
  update      fields that an update changes, by path. The verdict is then about the update of the pod
  as, groups  the user who creates a bare pod, and the user's groups
  namespace, namespace-labels   the namespace of the pod, and its labels
  controls    exactly the controls with findings
  policy      the policy that gives the verdict, if several judge the pod
  changed     fields of the pod after the defaults are set. null: the field is not set
"""


@click.command(
    "test",
    short_help="Run the test cases of a policy.",
    help=_HELP,
    epilog="Example: pscc test examples/",
)
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(), is_eager=True, callback=configured)
@root_option
@results_format("text", "json", "junit", help="json: one object a case. junit: XML.")
@click.option("--coverage", is_flag=True, help="List the statements and exemptions that no case exercises.")
@click.option(
    "--update", is_flag=True, help="Where a case expects something else, write the present result into the file."
)
def command(paths: tuple[str, ...], fmt: str, coverage: bool, update: bool) -> None:
    """Run the cases; exit 1 if one fails, or a file has errors."""
    from pscc.cli import _testing

    if update and fmt != "text":
        raise click.UsageError("--update writes files: it goes with --format text")
    given = paths or (".",)
    runs = [_testing.run_file(path, given) for path in _testing.files_of_cases(given)]
    for run in runs:
        write_diagnostics(run.diagnostics, run.sources, "text", dict(run.texts))
    match fmt:
        case "json":
            click.echo(_testing.as_json(runs, coverage), nl=False)
        case "junit":
            click.echo(_testing.as_junit(runs), nl=False)
        case _:
            _testing.show(runs, coverage, update)
    if update:
        _write(runs)
    elif any(run.failed for run in runs):
        raise click.exceptions.Exit(1)
    if any(run.errors for run in runs):
        raise click.exceptions.Exit(1)


def _write(runs: list[Run]) -> None:
    from pscc.testing.updating import updated

    for run in runs:
        if run.failed:
            text = updated(run.tests, run.results)
            if text != run.tests.text:
                write_text(run.tests.name, text.encode())
