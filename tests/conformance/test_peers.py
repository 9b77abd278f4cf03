"""The peers' suites: how checkouts are read, judged and counted, shown on tiny ones that are made up here.

With the variables of `peers.registry` set, the real checkouts are run as well.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from peers import examples, gatekeeper_rego, gatekeeper_suites, kyverno_tests, page, pod_security, report
from peers.__main__ import NAMES, main, run_of
from peers.case import Asked, Case, CheckoutError, Json, NotExpressible
from peers.checkout import commit
from peers.comparison import Comparison, compare
from peers.engines import ENGINES
from peers.gatekeeper_statements import KINDS, policy_of
from peers.interpreter import JUDGE
from peers.kyverno_statements import POLICIES
from peers.kyverno_statements import policy_of as rule_of
from peers.overrides import Override
from peers.registry import OVERRIDES, PEERS
from pscc.base.source import SourceFile
from pscc.driver import analyse
from pscc.meaning.library import MINORS
from support.engines import engine
from support.tables import TABLE


def by_interpreter(cases: list[Case], *overrides: Override) -> Comparison:
    return compare(cases, [JUDGE], overrides)


def outcomes(comparison: Comparison) -> dict[str, str]:
    return {result.case.name: result.outcome for result in comparison.results}


# --- reading --------------------------------------------------------------------


def test_a_suite_of_gatekeeper_library(tmp_path: Path) -> None:
    cases = gatekeeper_suites.cases(examples.gatekeeper_library(tmp_path))
    assert {case.name: case.expected for case in cases} == {
        "t/low": "refused", "t/within": "admitted", "t/exempt": "admitted", "t/update": "admitted",
    }  # fmt: skip
    assert {case.source for case in cases} == {
        "policy constraint {\n"
        "    except namespaces kube-system\n"
        '    exempt images own.example/* from hostPorts because "the constraint exempts it"\n'
        "    allow hostPorts 80-9000\n"
        "}\n"
    }
    (update,) = [case.asked for case in cases if case.name == "t/update"]
    assert update.old == update.object
    assert set(outcomes(by_interpreter(cases)).values()) == {"agreed"}


def test_unit_tests_of_gatekeeper_library(tmp_path: Path) -> None:
    engine("opa")
    cases = gatekeeper_rego.cases(examples.gatekeeper_library(tmp_path))
    assert {case.name: case.expected for case in cases} == {"test_below": "refused", "test_at": "admitted"}
    # opa runs tests side by side, and gives them in the order in which they end
    (below,) = [case for case in cases if case.name == "test_below"]
    assert below.source == "policy constraint {\n    allow hostPorts 80-65535\n}\n"
    assert below.asked.object["spec"] == {"containers": [{"name": "0", "image": "image", "ports": [{"hostPort": 79}]}]}
    assert set(outcomes(by_interpreter(cases)).values()) == {"agreed"}


def test_a_unit_test_that_fails_is_no_expectation(tmp_path: Path) -> None:
    engine("opa")
    checkout = examples.gatekeeper_library(tmp_path)
    tests = checkout / "src" / "pod-security-policy" / "ports" / "src_test.rego"
    tests.write_text(
        tests.read_text(encoding="utf-8").replace("count(found) == 1", "count(found) == 2"), encoding="utf-8"
    )
    with pytest.raises(CheckoutError, match="test_below fails by itself"):
        gatekeeper_rego.cases(checkout)


def test_the_tests_of_kyverno_policies(tmp_path: Path) -> None:
    checkout = examples.kyverno_policies(tmp_path)
    found = outcomes(by_interpreter(kyverno_tests.cases(checkout)))
    assert found == {
        "host-namespaces/Pod/bad": "agreed", "host-namespaces/Pod/good": "agreed",
        "Deployment/bad": "agreed", "Deployment/good": "agreed",
        "Pod/bare": "agreed", "Namespace/n": "not expressible",
    }  # fmt: skip
    assert kyverno_tests.left_out(checkout) == ["other/require-labels"]


def test_the_fixtures_of_pod_security_admission(tmp_path: Path) -> None:
    checkout = examples.pod_security_admission(tmp_path)
    comparison = by_interpreter(pod_security.cases(checkout))
    assert len(comparison.results) == 2 * len(MINORS) and not comparison.failed
    assert pod_security.left_out(checkout) == ["1.0"]


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_another_repository_is_told_from_a_peers(peer: object, tmp_path: Path) -> None:
    with pytest.raises(CheckoutError, match="is this the right repository"):
        peer.cases(tmp_path)  # type: ignore[attr-defined]


def test_what_the_tables_do_not_know_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CheckoutError, match="does not know the kind K8sPSPOther"):
        policy_of("K8sPSPOther", {}, {})
    checkout = examples.kyverno_policies(tmp_path, policy="disallow-something-new")
    with pytest.raises(CheckoutError, match="does not know the rule 'host-namespaces' of disallow-something-new"):
        kyverno_tests.cases(checkout)


def test_a_field_that_is_missing_is_told(tmp_path: Path) -> None:
    checkout = examples.gatekeeper_library(tmp_path)
    suite = checkout / "library" / "pod-security-policy" / "ports" / "suite.yaml"
    suite.write_text(suite.read_text(encoding="utf-8").replace('"constraint"', '"constraints"'), encoding="utf-8")
    with pytest.raises(CheckoutError, match="a file lacks the field 'constraint'"):
        PEERS[0].cases(checkout)


def test_only_the_root_of_a_clone_has_a_commit(tmp_path: Path) -> None:
    assert commit(tmp_path) == ""
    assert commit(Path(__file__).parent) == ""
    assert len(commit(Path(__file__).parents[2])) in (0, 40)


# --- parameters become statements -----------------------------------------------

ONE = [{"min": 1, "max": 5}]
STATED: tuple[tuple[str, Json, tuple[str, ...]], ...] = (
    ("K8sPSPPrivilegedContainer", {}, ("deny privileged",)),
    ("K8sPSPHostNamespace", {}, ("deny hostPID", "deny hostIPC")),
    ("K8sPSPHostNetworkingPorts", {}, ("deny hostNetwork",)),
    ("K8sPSPHostNetworkingPorts", {"hostNetwork": True, "min": 80, "max": 9000}, ("allow hostPorts 80-9000",)),
    ("K8sPSPHostNetworkingPorts", {"hostNetwork": True, "min": 2, "max": 1}, ("deny hostPorts",)),
    ("K8sPSPCapabilities", {}, ("deny capabilities.add",)),
    ("K8sPSPCapabilities", {"allowedCapabilities": ["*"], "requiredDropCapabilities": ["A", "B"]},
     ("require capabilities.drop all of A, B",)),
    ("K8sPSPVolumeTypes", {"volumes": ["secret", "nfs"]}, ("allow volumes secret, nfs",)),
    ("K8sPSPVolumeTypes", {"volumes": ["*"]}, ()),
    ("K8sPSPFlexVolumes", {}, ("deny flexVolume",)),
    ("K8sPSPHostFilesystem", {"allowedHostPaths": [{"pathPrefix": "/a b", "readOnly": True}, {"pathPrefix": "/c"}]},
     ('allow hostPath "/a b" (read-only), /c',)),
    ("K8sPSPForbiddenSysctls", {"forbiddenSysctls": ["kernel.*"], "allowedSysctls": ["net.*"]},
     ("deny sysctls kernel.*", "}", "policy constraint-2 {", "allow sysctls net.*")),
    ("K8sPSPForbiddenSysctls", {"forbiddenSysctls": ["*"]}, ("deny sysctls",)),
    ("K8sPSPForbiddenSysctls", {"allowedSysctls": []}, ("deny sysctls",)),
    ("K8sPSPFSGroup", {"rule": "MustRunAs", "ranges": ONE}, ("require fsGroup 1-5",)),
    ("K8sPSPFSGroup", {"rule": "MayRunAs", "ranges": ONE}, ("allow fsGroup 1-5",)),
    ("K8sPSPFSGroup", {"rule": "MustRunAs", "ranges": []}, ("deny pods",)),
    ("K8sPSPFSGroup", {"ranges": ONE}, ()),
    ("K8sPSPAllowedUsers", {"runAsUser": {"rule": "MustRunAsNonRoot"}, "runAsGroup": {"rule": "MayRunAs", "ranges": ONE}},
     ("require nonRoot", "allow runAsGroup 1-5")),
    ("K8sPSPAppArmor", {"allowedProfiles": ["runtime/default"]}, ("allow appArmorProfile runtime/default",)),
    ("K8sPSPAppArmor", {"allowedProfiles": ["localhost/a"]}, ("require appArmorProfile localhost/a",)),
    ("K8sPSPSeccompV2", {"allowedProfiles": ["RuntimeDefault", "Localhost", "not configured"],
                         "allowedLocalhostFiles": ["*"]}, ("allow seccompProfile localhost/*, runtime/default",)),
    ("K8sPSPSeccomp", {"allowedProfiles": ["docker/default", "localhost/a"]},
     ("require seccompProfile runtime/default, localhost/a",)),
    ("K8sPSPProcMount", {"procMount": "Unmasked"}, ()),
    ("K8sPSPProcMount", {}, ("allow procMount Default",)),
    ("K8sPSPSELinuxV2", {"allowedSELinuxOptions": [{"type": "a"}, {"type": "b"}]},
     ("deny seLinuxOptions.user", "deny seLinuxOptions.role", "allow seLinuxOptions.type a, b",
      "deny seLinuxOptions.level")),
    ("K8sPSPReadOnlyRootFilesystem", {"exemptImages": ["a", "b/*"]},
     ('exempt images a, images b/* because "the constraint exempts it"', "require readOnlyRootFilesystem true")),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "parameters", "lines"), STATED, ids=lambda one: one if isinstance(one, str) else None)
def test_parameters_become_statements(kind: str, parameters: Json, lines: tuple[str, ...]) -> None:
    text = policy_of(kind, parameters, {})
    assert tuple(line.strip() for line in text.splitlines() if line.strip())[1:-1] == lines
    analyse(SourceFile("given.psp", text))


@pytest.mark.parametrize(
    ("kind", "parameters", "match", "reason"),
    [
        ("K8sPSPPrivilegedContainer", {}, {"labelSelector": {}}, "goes by labelSelector"),
        ("K8sPSPPrivilegedContainer", {}, {"kinds": [{"kinds": ["Pod", "Deployment"]}]}, "other kinds than pods"),
        ("K8sPSPAllowedUsers", {"fsGroup": {"rule": "MayRunAs"}}, {}, "no number is in the ranges"),
        ("K8sPSPAppArmor", {"exemptImages": ["a"]}, {}, "no container passes but the exempt ones"),
        ("K8sPSPSELinuxV2", {"allowedSELinuxOptions": [{"type": "a", "level": "x"}, {"type": "b", "level": "y"}]}, {},
         "every combination"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_has_a_reason(kind: str, parameters: Json, match: Json, reason: str) -> None:
    with pytest.raises(NotExpressible, match=reason):
        policy_of(kind, parameters, match)


def test_every_entry_of_the_tables_compiles() -> None:
    for kind in KINDS:
        analyse(SourceFile("given.psp", policy_of(kind, {}, {})))
    for name, rules in POLICIES.items():
        for rule in rules:
            analyse(SourceFile("given.psp", rule_of(name, rule.rule)))


# --- outcomes -------------------------------------------------------------------


def test_a_wrong_expectation_is_reported(tmp_path: Path) -> None:
    cases = gatekeeper_suites.cases(examples.gatekeeper_library(tmp_path, within="yes"))
    comparison = by_interpreter(cases)
    assert comparison.failed
    (wrong,) = [result for result in comparison.results if result.outcome == "wrong"]
    assert (wrong.case.key, wrong.right) == ("ports/suite.yaml: t/within", "refused")
    assert [(one.judge, one.said) for one in wrong.wrong] == [("interpreter", "admitted")]


def test_a_wrong_change_is_reported(tmp_path: Path) -> None:
    checkout = examples.kyverno_policies(tmp_path)
    folder = checkout / "psp-migration" / "add-runtimeClassName" / ".kyverno-test"
    examples.write(folder / "patched.yaml", examples.pod("bare", runtimeClassName="other"))
    assert outcomes(by_interpreter(kyverno_tests.cases(checkout)))["Pod/bare"] == "wrong"


def test_a_refusal_for_another_reason_is_wrong() -> None:
    broken = replace(
        JUDGE, name="broken", ask=lambda program, asked: [replace(JUDGE.ask(program, asked)[0], words=("x",))]
    )
    case = Case("p", "s", "s", "c", Asked(examples.pod("a", hostPID=True)), "refused", "policy p { deny hostPID }")
    (result,) = compare([case], [broken], ()).results
    assert [one.said for one in result.wrong] == ["refused: x"]


def test_an_override_is_held_to_what_it_says(tmp_path: Path) -> None:
    cases = gatekeeper_suites.cases(examples.gatekeeper_library(tmp_path, within="yes", low="no"))
    override = Override(
        gatekeeper_suites.PEER, "admitted", "why", "source", ("ports/suite.yaml: t/within", "ports/suite.yaml: t/low")
    )
    comparison = by_interpreter(cases, override)
    assert outcomes(comparison) == {
        "t/low": "wrong", "t/within": "overridden", "t/exempt": "agreed", "t/update": "agreed",
    }  # fmt: skip
    assert comparison.failed


@pytest.mark.parametrize(
    ("peer", "key", "told"),
    [
        (gatekeeper_suites.PEER, "ports/suite.yaml: t/within", "the peer expects that it is admitted, too"),
        (gatekeeper_suites.PEER, "ports/suite.yaml: t/gone", "there is no such case"),
        ("another", "of a peer that is not run", ""),
    ],
)
def test_a_stale_override_fails(peer: str, key: str, told: str, tmp_path: Path) -> None:
    cases = gatekeeper_suites.cases(examples.gatekeeper_library(tmp_path))
    comparison = by_interpreter(cases, Override(peer, "admitted", "why", "source", (key,)))
    assert comparison.stale == ((f"{peer}: {key}: {told}",) if told else ())
    assert comparison.failed is bool(told)


def test_an_override_of_what_is_not_expressible_is_stale(tmp_path: Path) -> None:
    cases = kyverno_tests.cases(examples.kyverno_policies(tmp_path))
    (key,) = [case.key for case in cases if case.why_not]
    (told,) = by_interpreter(cases, Override(kyverno_tests.PEER, "admitted", "why", "source", (key,))).stale
    assert told.endswith("it is not expressible")


def test_the_engines_say_the_same(tmp_path: Path) -> None:
    """And the one that sets no defaults is not asked about those."""
    for one in ENGINES:
        engine(one.program)
    checkouts = {
        "gatekeeper-library": examples.gatekeeper_library(tmp_path / "g"),
        "kyverno/policies": examples.kyverno_policies(tmp_path / "k"),
    }
    results = [r for r in run_of(checkouts).comparison.results if r.case.why_not == ""]
    assert [(r.case.key, r.wrong) for r in results if r.wrong] == []
    assert {r.case.name for r in results if r.judges != list(NAMES)} == {"Pod/bare"}
    (changed,) = [r for r in results if r.case.patched]
    assert "opa" not in changed.judges and "vap" in changed.judges


# --- the command ----------------------------------------------------------------


def command(*arguments: str | Path) -> tuple[int, str]:
    unset = {peer.variable: None for peer in PEERS}
    done = CliRunner().invoke(main, [str(argument) for argument in arguments], env=unset)
    return done.exit_code, done.stdout + done.stderr


def test_the_command(tmp_path: Path) -> None:
    checkout = examples.pod_security_admission(tmp_path)
    code, told = command("--pod-security-admission", checkout, "--only", "interpreter")
    assert code == 0
    assert "pod-security-admission: kubernetes/pod-security-admission at no commit" in told
    assert f"| all                    |                | {2 * len(MINORS)} " in told
    assert "| interpreter |         | 28    | 28    | 0     | 0 " in told


def test_the_command_fails_and_shows_what_is_wrong(tmp_path: Path) -> None:
    checkout = examples.pod_security_admission(tmp_path, wrong=True)
    code, told = command("--pod-security-admission", checkout, "--only", "interpreter")
    assert code == 1
    assert (
        "baseline/v1.24: fail/host.yaml: must be refused\n  interpreter: admitted\n  | policy fixture extends" in told
    )
    code, told = command("--pod-security-admission", checkout, "--only", "interpreter", "--format", "json")
    found = json.loads(told[told.index("{") :])
    assert code == 1 and found["failed"]
    wrong = [case for case in found["cases"] if case["outcome"] == "wrong"]
    assert len(wrong) == len(MINORS) and wrong[0]["object"]["spec"]["hostPID"] is False


def test_a_stale_override_fails_the_command(tmp_path: Path) -> None:
    code, told = command("--kyverno-policies", examples.kyverno_policies(tmp_path), "--only", "interpreter")
    assert code == 1
    assert "not needed: the override of kyverno/policies: best-practices/require-drop-cap-net-raw" in told


def test_wrong_usage(tmp_path: Path) -> None:
    assert command() == (2, command()[1])
    assert "give at least one of --gatekeeper-library, --kyverno-policies" in command()[1]
    code, told = command("--kyverno-policies", tmp_path, "--only", "interpreter")
    assert code == 2 and "is this the right repository?" in told
    code, told = command("--kyverno-policies", tmp_path, "--write")
    assert code == 2 and "--write needs every checkout, and every judge" in told


# --- the page -------------------------------------------------------------------


def test_the_page_lists_the_overrides() -> None:
    stale = "docs/peers.md is stale: run `make peers` with ARGUMENTS=--write"
    assert page.part(page.PAGE.read_text(encoding="utf-8"), page.ENTRIES) == page.overrides_part(), stale


def test_no_case_is_overridden_twice() -> None:
    cases = [(override.peer, case) for override in OVERRIDES for case in override.cases]
    assert len(cases) == len(set(cases))


# --- the real checkouts ---------------------------------------------------------


def test_the_checkouts_that_are_given(record_property: pytest.RecordProperty) -> None:  # type: ignore[name-defined]
    """Those whose variables are set, all of each; what ran is shown at the end of the run."""
    given = {peer.name: Path(os.environ[peer.variable]) for peer in PEERS if os.environ.get(peer.variable)}
    missing = [peer.variable for peer in PEERS if peer.name not in given]
    told = [f"peers: not run, {', '.join(missing)} not set"] if missing else []
    failed = ""
    if given:
        run = run_of(given)
        told.insert(0, report.judges(run))
        failed = report.text(run) if run.comparison.failed else ""
    record_property(TABLE, "\n".join(told))
    assert failed == ""
