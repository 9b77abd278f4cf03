"""``pscc diff``: nothing between a source and itself, and a pod that tells for every difference."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from conformance.policies import draw_psp, draw_statements, meaning, statements_meaning
from pscc import ir
from pscc.base.source import SourceFile, Span
from pscc.cli import main
from pscc.driver import analyse, decode
from pscc.ir.access import Request
from pscc.ir.once_defaulted import observing
from pscc.meaning.library import MINORS, library_source
from pscc.pod.fields import CONTAINER_LISTS
from pscc.pod.kinds import Boolean, Enumeration, Integer, Kind, ListOf, Object, Opaque, Text
from pscc.pod.manifests import Manifest
from pscc.pod.schema import SPEC
from pscc.reasoning.difference.changed import Change
from pscc.reasoning.difference.compare import compare
from pscc.reasoning.difference.difference import Difference
from pscc.reasoning.difference.witness import Witness
from pscc.reference import interpreter
from pscc.reference.admission import judges
from pscc.reference.evaluate import judgements
from support.paths import ROOT
from support.sources import valid_sources

FIRST = ["examples/psp-default.yaml", "examples/restricted.yaml", "examples/privileged.yaml", "examples/team.psp"]
SOURCES = [*FIRST, "pss/baseline", "pss/restricted", "pss/restricted@1.24"]


def program(name: str) -> ir.Program:
    """The meaning of a file of the project, or of the library's policy."""
    source = library_source(name) if name.startswith("pss/") else decode(name, (ROOT / name).read_bytes())
    assert source is not None
    return analyse(source)[1]


def of(text: str) -> ir.Program:
    """The meaning of a text of the language."""
    return analyse(SourceFile("p.psp", text))[1]


def admits(one: ir.Program, pod: dict[str, object], request: Request = Request()) -> bool:  # noqa: B008
    """Whether every policy that judges the request accepts the pod, the defaults of all of them set first."""
    judging = [policy for policy in observing(one).policies if judges(policy, request)]
    for policy in judging:
        pod = interpreter.with_defaults(policy, pod)
    return all(interpreter.check(policy, pod).allowed for policy in judging if policy.mode == "enforce")


def admits_update(one: ir.Program, pod: dict[str, object], old: dict[str, object]) -> bool:
    """Whether every policy accepts that ``old`` becomes ``pod``: as it is, and what is as before is not looked at."""
    return all(interpreter.judge(p, pod, old).allowed for p in one.policies if p.mode == "enforce")


def hold(found: Difference, old: ir.Program, new: ir.Program) -> None:
    """Each witness has opposite verdicts, and the control that it is told for is among the reasons."""
    assert not found.undecided
    for witness, refusing, admitting in [
        *((w, old, new) for w in found.looser),
        *((w, new, old) for w in found.stricter),
    ]:
        if witness.old_pod is None:
            assert not admits(refusing, witness.pod, witness.request), witness
            assert admits(admitting, witness.pod, witness.request), witness
        else:
            assert not admits_update(refusing, witness.pod, witness.old_pod), witness
            assert admits_update(admitting, witness.pod, witness.old_pod), witness
        assert not list(misfits(witness.pod["spec"], SPEC)), witness
        assert witness.control in {reason.control for reason in witness.reasons}, witness
    for change in found.changed:
        assert admits(old, change.pod, change.request) and admits(new, change.pod, change.request), change
        assert made(old, change) != made(new, change), change


def misfits(value: object, kind: Kind, path: str = "") -> Iterator[str]:
    """Where in a pod there is something that its field cannot be, by the schema."""
    match kind, value:
        case Object(), dict():
            for name, inner in value.items():
                field = kind.field(name)
                yield from [f"{path}.{name}"] if field is None else misfits(inner, field.kind, f"{path}.{name}")
        case ListOf(), list():
            for one in value:
                yield from misfits(one, kind.of, path)
        case (Boolean(), bool()) | (Text(), str()) | (Opaque(), _):
            return
        case Integer(), int() if kind.low <= value <= kind.high and not isinstance(value, bool):
            return
        case Enumeration(), str() if value in kind.values:
            return
        case _:
            yield path


def made(one: ir.Program, change: Change) -> dict[str, object]:
    """What the defaults of all policies make of the pod."""
    pod = change.pod
    for policy in one.policies:
        if judges(policy, change.request):
            pod = interpreter.with_defaults(policy, pod)
    return pod


def controls(witnesses: tuple[Witness, ...]) -> list[str]:
    """What they are told for."""
    return [witness.control for witness in witnesses]


def test_nothing_between_a_source_and_itself() -> None:
    programs = [program(name) for name in SOURCES]
    programs += [analyse(decode(str(path), path.read_bytes()))[1] for path in valid_sources()]
    assert len(programs) > 8
    for one in programs:
        assert not compare(one, one)


@pytest.mark.slow
@pytest.mark.parametrize(("old", "new"), list(itertools.permutations(SOURCES, 2)))
def test_every_witness_tells(old: str, new: str) -> None:
    before, after = program(old), program(new)
    found = compare(before, after)
    hold(found, before, after)
    back = compare(after, before)
    assert bool(back.looser) is bool(found.stricter) and bool(back.stricter) is bool(found.looser)


def valid(pod: dict[str, object]) -> bool:
    """Whether the API server would take the pod: Windows has few of the fields, a privileged container escalates."""
    spec = pod["spec"]
    assert isinstance(spec, dict)
    contexts = [c["securityContext"] for kind in CONTAINER_LISTS for c in spec.get(kind, ())]
    escalates = [c.get("privileged") or "SYS_ADMIN" in c.get("capabilities", {}).get("add", ()) for c in contexts]
    return "os" not in spec and not any(
        e and c.get("allowPrivilegeEscalation") is False for e, c in zip(escalates, contexts, strict=True)
    )


@pytest.mark.slow
def test_a_difference_that_pods_show_is_found() -> None:
    """Against pods drawn at random: where some pod tells two policies apart, ``compare`` says so too."""
    from support.standards import draw_pod

    rng = random.Random(3)
    names = [f"pss/{level}@{minor}" for level in ("baseline", "restricted") for minor in ("1.24", "1.30", MINORS[-1])]
    pods = [pod for pod in (draw_pod(rng) for _ in range(400)) if valid(pod)]
    programs = {name: program(name) for name in names}
    verdicts = {name: [admits(one, pod) for pod in pods] for name, one in programs.items()}
    told = 0
    for old, new in itertools.permutations(names, 2):
        if any(n and not o for o, n in zip(verdicts[old], verdicts[new], strict=True)):
            told += 1
            assert compare(programs[old], programs[new]).looser, (old, new)
    assert told >= 5


@pytest.mark.parametrize(
    ("old", "new", "looser", "stricter"),
    [
        ("allow hostPorts 1-10", "allow hostPorts 1-11", ["hostPorts"], []),
        ("allow hostPorts 1-10", "allow hostPorts 1-5, 6-10", [], []),
        ("require runAsUser 5-6", "require runAsUser 5, 6", [], []),
        ("allow sysctls net.*", "allow sysctls net.core.*", [], ["sysctls"]),
        ("allow sysctls net.*, net.core.*", "allow sysctls net.*", [], []),
        ("require capabilities.drop all of A, B", "require capabilities.drop all of B, C", *[["capabilities.drop"]] * 2),
        ("allow hostPath /var", "allow hostPath /var (read-only)", [], ["hostPath"]),
        ("allow hostPath /var, /var/log", "allow hostPath /var", [], []),
        ("require nonRoot", "require nonRoot\n default nonRoot", ["nonRoot"], []),
        ("require nonRoot", "require runAsNonRoot true", ["nonRoot"], ["runAsNonRoot"]),
        ("deny hostPID", "warn deny hostPID", ["hostPID"], []),
        ("deny runAsUser 0", "deny runAsUser 0 unless hostUsers false", ["runAsUser"], []),
        ("deny hostPID", "deny hostPID\n in namespaces a", ["hostPID"], []),
        ("deny hostPID\n in namespaces a", "deny hostPID\n in namespaces a, b", [], ["hostPID"]),
        ("deny hostPID\n in namespaces a-*", "deny hostPID\n in namespaces a-x", ["hostPID"], []),
        ("deny hostPID\n except namespaces x=y", "deny hostPID", [], ["hostPID"]),
        ("deny hostPID", 'deny hostPID\n exempt serviceaccounts a/b because "r"', ["hostPID"], []),
        ("deny privileged", 'deny privileged\n exempt images x/* because "r"', ["privileged"], []),
        ('deny privileged\n exempt containers a because "r"', 'deny privileged\n exempt containers b because "r"',
         *[["privileged"]] * 2),
        ("allow volumes *", "allow volumes *, image", ["volumes"], []),
        ("deny pods", "deny hostPID", ["pods"], []),
    ],
)  # fmt: skip
def test_small_changes(old: str, new: str, looser: list[str], stricter: list[str]) -> None:
    before, after = (of(f"policy p {{\n {statement}\n}}\n") for statement in (old, new))
    found = compare(before, after)
    hold(found, before, after)
    assert (controls(found.looser), controls(found.stricter)) == (looser, stricter)


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ("deny hostPID", "warn deny hostPID", {"looser": "hostPID"}),
        ("warn deny hostPID", "audit deny hostPID", {"quieter": "hostPID"}),
        ("audit deny hostPID", "warn deny hostPID", {"louder": "hostPID"}),
        ("audit deny hostPID", "deny hostIPC", {"stricter": "hostIPC", "quieter": "hostPID"}),
        ("default runAsNonRoot true", "deny hostPID", {"stricter": "hostPID", "changed": "runAsNonRoot"}),
        ("default fsGroup 1", "default fsGroup 2", {"changed": "fsGroup"}),
        ("require fsGroup 1\n default fsGroup 1", "require fsGroup 1", {"stricter": "fsGroup"}),
        ("allow runAsGroup 1\n default runAsGroup 1", "require runAsGroup 1\n default runAsGroup 1",
         {"stricter, on update": "runAsGroup"}),
        ("default capabilities.drop add ALL", "default capabilities.drop add ALL, KILL",
         {"changed": "capabilities.drop"}),
    ],
)  # fmt: skip
def test_what_is_said_set_and_updated(old: str, new: str, kinds: dict[str, str]) -> None:
    before, after = (of(f"policy p {{\n {statement}\n}}\n") for statement in (old, new))
    found = compare(before, after)
    hold(found, before, after)
    told: dict[str, str] = {}
    for kind in ("looser", "stricter", "quieter", "louder"):
        for witness in getattr(found, kind):
            told[f"{kind}, on update" if witness.old_pod else kind] = witness.control
    told.update(("changed", change.control) for change in found.changed)
    assert told == kinds


def test_a_list_that_one_side_defaults_and_the_other_walks_is_a_list() -> None:
    before, after = (
        of("policy p {\n default supplementalGroups 5\n}\n"),
        of("policy p {\n require supplementalGroups 6\n}\n"),
    )
    found = compare(before, after)
    hold(found, before, after)
    assert found.stricter


def test_a_witness_says_what_the_other_only_warns_of() -> None:
    (witness,) = compare(of("policy p {\n deny hostPID\n}\n"), of("policy p {\n audit deny hostPID\n}\n")).looser
    assert (witness.mode, witness.lesser_mode, witness.lesser[0].control) == ("enforce", "audit", "hostPID")


def test_defaults_of_one_policy_count_for_the_checks_of_another() -> None:
    text = "policy a {{\n require runAsNonRoot true\n}}\npolicy b {{\n{}}}\n"
    before, after = of(text.format(" deny hostPID\n")), of(text.format(" deny hostPID\n default runAsNonRoot true\n"))
    found = compare(before, after)
    hold(found, before, after)
    assert controls(found.looser) == ["runAsNonRoot"] and not found.stricter


def test_what_is_behind_a_control_that_refuses_everything_is_found() -> None:
    old = of("policy a {\n deny hostPID, hostIPC\n require runAsUser 1-5\n default runAsUser 1\n}\n")
    new = of("policy b {\n deny hostIPC, privileged\n require runAsUser 7\n}\n")
    found = compare(old, new)
    hold(found, old, new)
    assert [(w.control, w.behind) for w in found.looser] == [("runAsUser", ()), ("hostPID", ("runAsUser",))]
    assert [(w.control, w.behind) for w in found.stricter] == [("runAsUser", ()), ("privileged", ("runAsUser",))]
    assert len(found.apart) == 1
    same = compare(old, of("policy b {\n deny hostIPC, privileged\n require runAsUser 1-5\n}\n"))
    assert not any(w.behind for w in (*same.looser, *same.stricter)) and not same.apart


def test_the_examples_differ_in_more_than_what_no_pod_passes() -> None:
    arguments = [str(ROOT / "examples" / name) for name in ("psp-default.yaml", "restricted.yaml")]
    told = CliRunner().invoke(main, ["diff", *arguments]).output
    assert "stricter: hostPorts, behind seccompProfile" in told
    assert "No pod was found that is refused for" in told and "no pod passes both: " in told


def test_sets_are_decided() -> None:
    """By what is admitted, and by what the policy that is taken makes of a pod."""
    cluster, tiers = program("examples/cluster/dump.yaml"), program("examples/platform/tiers.psp")
    assert not compare(cluster, cluster) and not compare(tiers, tiers)
    found = compare(cluster, program("pss/baseline"))
    assert not found.undecided and len(found.looser) < 20
    for one in (*found.looser, *found.stricter):
        assert one.reasons or one.control == "choose"
    for change in found.changed:
        (judgement,) = judgements(cluster, manifest_of(change.pod), change.request)
        assert judgement.allowed and judgement.pod != change.pod


def manifest_of(pod: dict[str, object]) -> Manifest:
    """``pod`` as if it had been read from a file."""
    return Manifest("Pod", "", "witness", pod, Span("pods.yaml", 1, 1, 1, 1))


@pytest.mark.slow
def test_whatever_a_statement_refuses_is_found() -> None:
    """Each form of statement of each control, alone, against nothing at all; and against itself."""
    from conformance.policies import says_check
    from pscc.controls import CONTROLS

    rng = random.Random(2)
    nothing = of("policy p {\n default nonRoot\n}\n")
    asked = 0
    for control in CONTROLS:
        for shape in control.shapes:
            told = []
            for _ in range(4):  # what is drawn may allow all that there is
                one = of(f"policy p {{\n {says_check(shape, control, rng)}\n}}\n")
                found = compare(one, nothing)
                hold(found, one, nothing)
                assert not found.stricter and not compare(one, one)
                told += controls(found.looser)
            assert set(told) == {control.id}, (control.id, shape.verb, shape.takes, shape.on)
            asked += 1
    assert asked > 90


@pytest.mark.slow
def test_drawn_policies_differ_as_their_witnesses_say() -> None:
    rng = random.Random(11)
    policies = [meaning(draw_psp(rng, "p")) for _ in range(8)]
    policies += [statements_meaning(draw_statements(rng, "p")) for _ in range(8)]
    programs = [ir.Program((policy,)) for policy in policies if policy is not None]
    assert len(programs) > 8
    for before, after in itertools.pairwise(programs):
        hold(compare(before, after), before, after)


def test_the_command(tmp_path: Path) -> None:

    paths = [str(ROOT / "examples" / "team.psp"), "pss/baseline"]
    same = CliRunner().invoke(main, ["diff", paths[0], paths[0], "--no-looser"])
    assert (same.exit_code, same.output) == (
        0,
        "equivalent, no difference: both admit, warn of and change the same pods\n",
    )
    told = CliRunner().invoke(main, ["diff", *paths])
    assert told.exit_code == 0 and "looser: fsGroup\n    apiVersion: v1\n" in told.output
    assert CliRunner().invoke(main, ["diff", *paths, "--no-looser"]).exit_code == 1
    as_json = json.loads(CliRunner().invoke(main, ["diff", *paths, "--format", "json"]).output)
    assert (
        set(as_json)
        == {"relation", "looser", "stricter", "quieter", "louder", "changed", "undecided", "apart", "decidedBySolver"}
        and as_json["looser"][0]["pod"]["kind"] == "Pod"
    )


def test_what_does_not_enforce_sets_no_default_and_is_compared_as_if_it_had() -> None:
    fill = "policy fill {{\n    warn\n    default runAsUser {}\n    require runAsUser 1-2000\n}}\n"
    five, six, without = (
        analyse(SourceFile("p.psp", text))[1]
        for text in (fill.format(5), fill.format(6), "policy fill {\n    warn\n    require runAsUser 1-2000\n}\n")
    )
    assert not compare(five, six)
    found = compare(five, without)
    assert [witness.control for witness in found.louder] == ["runAsUser"]
    assert not found.changed


@pytest.mark.parametrize(
    ("statement", "shown"),
    [
        # the API server takes a path that does not begin with a slash
        ("allow hostPath /", {"hostPath": {"path": "x"}}),
        ('allow hostPath /, "/data,x" (read-only)', {"hostPath": {"path": "x"}}),
        # a profile of a file, though neither program names one
        ("allow seccompProfile runtime/default, unconfined", {"type": "Localhost", "localhostProfile": "other"}),
        ("allow appArmorProfile runtime/default, unconfined", {"type": "Localhost", "localhostProfile": "other"}),
    ],
)
def test_a_value_that_no_constant_names_is_tried(statement: str, shown: object) -> None:
    old, new = (f"policy p {{\n    deny hostPID\n{line}}}\n" for line in (f"    {statement}\n", ""))
    found = compare(of(old), of(new))
    assert found.relation == "more permissive" and _within(shown, found.looser[0].pod), found


def _within(wanted: object, value: object) -> bool:
    """Whether ``wanted`` stands somewhere in ``value``."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (isinstance(value, dict) and isinstance(wanted, dict) and wanted.items() <= value.items()) or any(
        _within(wanted, each) for each in inside
    )
