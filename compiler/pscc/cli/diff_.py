"""``pscc diff``: what a new source admits that an old one refuses, and the other way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pscc.cli._shared import analysed

if TYPE_CHECKING:
    from pscc.ir.access import Request
    from pscc.reasoning.difference.admitted import Witness
    from pscc.reasoning.difference.compare import Difference
    from pscc.reference.interpreter import Reason


@click.command("diff", epilog="\b\nExample: pscc diff examples/restricted.yaml pss/restricted@1.30")
@click.argument("old", type=click.Path())
@click.argument("new", type=click.Path())
@click.option("--no-looser", is_flag=True, help="Exit 1 when NEW admits a pod that OLD refuses.")
@click.option("--format", "fmt", type=click.Choice(["text", "json"]), default="text", help="json: one object.")
def command(old: str, new: str, no_looser: bool, fmt: str) -> None:
    """Compare OLD and NEW: for each control that differs a smallest pod that tells.

    Pods that one of the two refuses, when they are created or when a container is added to them (kubectl debug); pods
    that both admit, and that one warns of or reports; and pods that both admit and change otherwise by their defaults.
    A control is `behind` another where no pod is refused for the one without the other.
    """
    import json

    from pscc.reasoning.difference.compare import compare

    _, _, before = analysed((old,), "text", fix=False)
    _, _, after = analysed((new,), "text", fix=False)
    found = compare(before, after)
    if fmt == "json":
        click.echo(json.dumps(_as_json(found)))
    else:
        _show(found)
    if found.undecided or (no_looser and found.looser):
        raise click.exceptions.Exit(1)


_SAYS = {"enforce": "refuses", "warn": "warns of", "audit": "reports"}


def _show(found: Difference) -> None:
    for word, witnesses, who, other in (
        ("looser", found.looser, "OLD", "NEW"),
        ("stricter", found.stricter, "NEW", "OLD"),
        ("quieter", found.quieter, "OLD", "NEW"),
        ("louder", found.louder, "NEW", "OLD"),
    ):
        for witness in witnesses:
            _show_witness(word, witness, who, other)
    for change in found.changed:
        click.echo(f"changed: {change.control}{_where(change.request)}")
        _show_pod(change.pod)
        click.echo(f"  Both admit it, with {change.field}:")
        click.echo(f"    OLD: {_value(change.old)}\n    NEW: {_value(change.new)}\n")
    for control in found.undecided:
        click.echo(f"undecided: {control}: too many combinations to look through")
    if not found:
        click.echo("no difference: both admit, warn of and change the same pods")
    elif not found.undecided:
        text = f"NEW is looser in {len(found.looser)} and stricter in {len(found.stricter)} controls"
        if found.quieter or found.louder:
            text += f"; warns or reports less in {len(found.quieter)}, more in {len(found.louder)}"
        click.echo(text + (f"; sets otherwise what {len(found.changed)} say" if found.changed else ""))
    behind = sum(bool(witness.behind) for witness in (*found.looser, *found.stricter))
    if behind:
        click.echo(
            f"{behind} of them behind another control: no pod was found that is refused for the one without the other"
        )
    if found and found.apart:
        more = f" (and {len(found.apart) - 1} requests more)" if len(found.apart) > 1 else ""
        what = "updates, what they warn of and what their defaults set cannot be compared"
        click.echo(f"no pod passes both{_where(found.apart[0])}{more}: {what}")


def _show_witness(word: str, witness: Witness, who: str, other: str) -> None:
    update = witness.old_pod is not None
    told = f"{word}: {witness.control}{', when a container is added' if update else ''}{_where(witness.request)}"
    click.echo(f"{told}, behind {', '.join(witness.behind)}" if witness.behind else told)
    _show_pod(witness.pod)
    what = "adding the ephemeral container" if update else "it"
    click.echo(f"  {who} {_SAYS[witness.mode]} {what}:")
    for reason in witness.reasons:
        click.echo(f"    {reason.full_message}  [{reason.span}]")
    if witness.lesser_mode:
        click.echo(f"  {other} admits {what}, and only {_SAYS[witness.lesser_mode]} it:")
        for reason in witness.lesser:
            click.echo(f"    {reason.full_message}  [{reason.span}]")
        click.echo("")
    else:
        click.echo(f"  {other} {'admits' if witness.mode == 'enforce' else 'says nothing of'} {what}.\n")


def _show_pod(pod: dict[str, object]) -> None:
    import yaml

    for line in yaml.dump(pod, sort_keys=False, default_flow_style=False).splitlines():
        click.echo(f"    {line}")


def _value(value: object) -> str:
    import json

    return "not set" if value is None else json.dumps(value)


def _where(request: Request) -> str:
    told = [f"in namespace {request.namespace}"] if request.namespace != "default" else []
    told += [f"labelled {key}={value}" for key, value in request.namespace_labels]
    told += [f"asked for by {request.user}"] if request.user != "somebody" else []
    if request.service_account != "default":
        told.append(f"for service account {request.namespace}/{request.service_account}")
    groups = [group for group in request.groups if not group.startswith("system:authenticated")]
    told += [f"by a member of {groups[0]}"] if groups and request.user == "somebody" else []
    return f", {', '.join(told)}" if told else ""


def _as_json(found: Difference) -> dict[str, object]:
    def of(request: Request) -> dict[str, object]:
        return {
            "namespace": request.namespace,
            "namespaceLabels": dict(request.namespace_labels),
            "user": request.user,
            "groups": list(request.groups),
            "serviceAccount": request.service_account,
        }

    def reasons(some: tuple[Reason, ...]) -> list[dict[str, object]]:
        return [{"message": r.message, "because": r.because, "path": r.path, "source": str(r.span)} for r in some]

    def one(witness: Witness) -> dict[str, object]:
        return {
            "control": witness.control,
            "pod": witness.pod,
            "oldPod": witness.old_pod,
            **of(witness.request),
            "mode": witness.mode,
            "reasons": reasons(witness.reasons),
            "otherMode": witness.lesser_mode,
            "otherReasons": reasons(witness.lesser),
            "behind": list(witness.behind),
        }

    return {
        "looser": [one(w) for w in found.looser],
        "stricter": [one(w) for w in found.stricter],
        "quieter": [one(w) for w in found.quieter],
        "louder": [one(w) for w in found.louder],
        "changed": [
            {"control": c.control, "pod": c.pod, **of(c.request), "field": c.field, "old": c.old, "new": c.new}
            for c in found.changed
        ],
        "undecided": list(found.undecided),
        "apart": [of(request) for request in found.apart],
    }
