"""``pscc diff``: what a new source admits that an old one refuses, and the other way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pscc.cli._shared import analysed

if TYPE_CHECKING:
    from pscc.difference.compare import Difference, Witness


@click.command("diff", epilog="\b\nExample: pscc diff examples/restricted.yaml pss/restricted@1.30")
@click.argument("old", type=click.Path())
@click.argument("new", type=click.Path())
@click.option("--no-looser", is_flag=True, help="Exit 1 when NEW admits a pod that OLD refuses.")
@click.option("--format", "fmt", type=click.Choice(["text", "json"]), default="text", help="json: one object.")
def command(old: str, new: str, no_looser: bool, fmt: str) -> None:
    """Compare OLD and NEW by the pods that they admit: for each control that differs a smallest pod that tells.

    Statements that warn or audit refuse nothing, and are not compared.
    """
    import json

    from pscc.difference.compare import compare

    _, _, before = analysed((old,), "text", fix=False)
    _, _, after = analysed((new,), "text", fix=False)
    found = compare(before, after)
    if fmt == "json":
        click.echo(json.dumps(_as_json(found)))
    else:
        _show(found)
    if found.undecided or (no_looser and found.looser):
        raise click.exceptions.Exit(1)


def _show(found: Difference) -> None:
    for word, witnesses, verdicts in (
        ("looser", found.looser, ("OLD refuses it", "NEW admits it")),
        ("stricter", found.stricter, ("NEW refuses it", "OLD admits it")),
    ):
        for witness in witnesses:
            click.echo(f"{word}: {witness.control}{_where(witness)}")
            for line in _yaml(witness.pod).splitlines():
                click.echo(f"    {line}")
            click.echo(f"  {verdicts[0]}:")
            for reason in witness.reasons:
                click.echo(f"    {reason.message}  [{reason.span}]")
            click.echo(f"  {verdicts[1]}.\n")
    for control in found.undecided:
        click.echo(f"undecided: {control}: too many combinations to look through")
    if not found:
        click.echo("no difference: both admit the same pods")
    elif not found.undecided:
        click.echo(f"NEW is looser in {len(found.looser)} and stricter in {len(found.stricter)} controls")


def _where(witness: Witness) -> str:
    request = witness.request
    told = [f"in namespace {request.namespace}"] if request.namespace != "default" else []
    told += [f"labelled {key}={value}" for key, value in request.namespace_labels]
    told += [f"asked for by {request.user}"] if request.user != "somebody" else []
    if request.service_account != "default":
        told.append(f"for service account {request.namespace}/{request.service_account}")
    groups = [group for group in request.groups if not group.startswith("system:authenticated")]
    told += [f"by a member of {groups[0]}"] if groups and request.user == "somebody" else []
    return f", {', '.join(told)}" if told else ""


def _yaml(pod: dict[str, object]) -> str:
    import yaml

    return yaml.dump(pod, sort_keys=False, default_flow_style=False)


def _as_json(found: Difference) -> dict[str, object]:
    def one(witness: Witness) -> dict[str, object]:
        request = witness.request
        return {
            "control": witness.control,
            "pod": witness.pod,
            "namespace": request.namespace,
            "namespaceLabels": dict(request.namespace_labels),
            "user": request.user,
            "groups": list(request.groups),
            "serviceAccount": request.service_account,
            "reasons": [{"message": r.message, "path": r.path, "source": str(r.span)} for r in witness.reasons],
        }

    return {
        "looser": [one(w) for w in found.looser],
        "stricter": [one(w) for w in found.stricter],
        "undecided": list(found.undecided),
    }
