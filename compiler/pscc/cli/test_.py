"""``pscc test``: the cases that stand beside a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pscc.cli._config import configured
from pscc.cli._shared import results_format, root_option, write_diagnostics, write_text

if TYPE_CHECKING:
    from pscc.cli._testing import Run

_HELP = """Run the cases in the files PATH; of a folder, in all *_test.yaml below it, and without PATH in those here.

Exit 1 if a case fails, and if a file has errors. The suites of a compiled folder have the cases, too, and `pscc verify`
tries them on the engines.

\b
A file of cases, team_test.yaml, is about team.psp beside it (or says `source: OTHER.psp`, several
as a list; each is in the folder PATH, or in that of the file):

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
A case begins with its verdict and its name: allowed, denied, warned, audited or unjudged, as `pscc eval` has them.
  pod, file   the pod or workload: as in a manifest, or the path of one; without either, the `pod` at the top
  set         fields of its pod to change, by path, of a workload's pod, too; null removes a field
  update      fields that an update of this pod changes, by path: the verdict is on the update, of the pod as it is written
  as, groups, namespace, namespace-labels   who asks for a bare pod, and where the pod is
  controls    the controls that object, no more and no fewer
  policy      the policy whose verdict it is, where several judge the pod
  changed     fields of the pod once the defaults are set; null for none
"""


@click.command(
    "test",
    short_help="Run the cases that stand beside a policy.",
    help=_HELP,
    epilog="Example: pscc test examples/",
)
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(), is_eager=True, callback=configured)
@root_option
@results_format("text", "json", "junit", help="Text; one JSON object a case; JUnit XML.")
@click.option(
    "--coverage", is_flag=True, help="Name each statement and exemption that no case in any of the files exercises."
)
@click.option(
    "--update", is_flag=True, help="Write into the files what the policies do, where a case expects otherwise."
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
