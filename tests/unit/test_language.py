"""What the language says beyond single statements: inheritance, scopes, exemptions, modes, used files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pscc import ir
from pscc.base.source import SourceFile, Span
from pscc.diagnostics import SourceError
from pscc.driver import analyse, checked
from pscc.ir import access
from pscc.meaning.linking import LoadError
from pscc.reference import interpreter

TODAY = date(2026, 6, 15)
ANYWHERE = Span("p.psp", 1, 1, 1, 1)


def load_from(files: dict[str, str]):  # type: ignore[no-untyped-def]
    """A loader over texts."""

    def load(path: str, user: str) -> SourceFile:
        if path not in files:
            raise LoadError(f"`{path}` cannot be read: no such file", "name another")
        return SourceFile(path, files[path])

    return load


def meaning(text: str, **files: str) -> tuple[ir.Policy, ...]:
    """The policies of ``text``; ``files`` are what it may use, ``a`` as ``a.psp``."""
    named = {f"{name}.psp": body for name, body in files.items()}
    return analyse(SourceFile("p.psp", text), load=load_from(named), today=TODAY)[1].policies


def refused(text: str, **files: str) -> list[str]:
    """``CODE:LINE`` of each error; each has a help."""
    with pytest.raises(SourceError) as caught:
        meaning(text, **files)
    errors = [d for d in caught.value.diagnostics if d.severity == "error"]
    assert all(d.help for d in errors), errors
    return [f"{d.code}:{d.span.line if d.span else 0}" for d in errors]


def statements(policy: ir.Policy) -> list[str]:
    """What the policy says, as written."""
    return [check.statement for check in policy.checks] + [default.statement for default in policy.defaults]


BASE = """policy base {
    deny    privileged, hostPorts
    require runAsUser 1-5
    default runAsUser 1
}
"""


def test_a_child_replaces_slots_and_keeps_the_rest() -> None:
    middle, leaf = meaning(
        'use "base.psp"\n'
        "policy middle extends base {\n allow hostPorts 80\n default runAsUser 2\n}\n"
        "policy leaf extends middle {\n without privileged\n require runAsUser 7\n}\n",
        base=BASE,
    )
    kept = ["deny privileged", "allow hostPorts 80", "require runAsUser 1-5", "default runAsUser 2"]
    assert statements(middle) == kept
    assert statements(leaf) == ["allow hostPorts 80", "require runAsUser 7", "default runAsUser 2"]


def test_scope_mode_and_exemptions_are_not_inherited() -> None:
    parent = 'policy base {\n warn\n in namespaces a\n exempt users x because "r"\n deny hostPID\n}\n'
    child = meaning(parent + "policy child extends base {\n}\n")[1]
    assert (child.mode, child.scope, child.exemptions) == ("enforce", access.EVERYWHERE, ())


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        ("policy a extends b {\n}\npolicy b extends a {\n}\n", ["LNG035:3"]),
        ("policy a extends a {\n}\n", ["LNG035:1"]),
        ("policy b extends c {\n}\npolicy c extends b {\n}\npolicy a extends b {\n}\n", ["LNG035:3"]),
        ("policy a extends nobody {\n}\n", ["LNG031:1"]),
        ("policy a extends pss/baselin {\n}\n", ["LNG031:1"]),
        ("policy a extends pss/baseline@1.9 {\n}\n", ["LNG031:1"]),
        ("policy a {\n without hostPID\n deny hostIPC\n}\n", ["LNG034:2"]),
        (BASE + "policy a extends base {\n without hostPID\n}\n", ["LNG034:7"]),
        ("policy a {\n in namespaces Team\n deny hostPID\n}\n", ["LNG036:2"]),
        ("policy a {\n in namespaces a*b\n deny hostPID\n}\n", ["LNG036:2"]),
        ('policy a {\n in namespaces "team-*"\n deny hostPID\n}\n', ["LNG036:2"]),
        ("policy a {\n except namespaces tier=a*\n deny hostPID\n}\n", ["LNG036:2"]),
        ("policy a {\n exempt users x\n deny hostPID\n}\n", ["LNG037:2"]),
        ('policy a {\n exempt users x from hostPID because "r"\n deny hostPID\n}\n', ["LNG038:2"]),
        ('policy a {\n exempt serviceaccounts x because "r"\n deny hostPID\n}\n', ["LNG039:2"]),
        ('policy a {\n exempt users x because "r" until 2026-02-30\n deny hostPID\n}\n', ["LNG040:2"]),
        ('policy a {\n exempt users x because "r" until soon\n deny hostPID\n}\n', ["LNG040:2"]),
        ("policy a {\n deny hostPID unless os.nme windows\n}\n", ["LNG043:2"]),
        ("policy a {\n deny hostPID unless hostUsers maybe\n}\n", ["LNG043:2"]),
        ("policy a {\n audit default nonRoot\n}\n", ["LNG044:2"]),
        (BASE + "policy a extends base {\n default runAsUser 2\n}\n", ["LNG068:7"]),
        ("policy a {\n default runAsUser 1\n}\npolicy b {\n default nonRoot\n}\n", ["LNG068:5"]),
        ("policy a {\n default nonRoot unless os.name windows\n}\n", ["LNG044:2"]),
        ('policy a {\n exempt containers x from hostPID because "r"\n deny hostPID\n}\n', ["LNG046:2"]),
        ('policy a {\n exempt containers x from hostPDI because "r"\n deny hostPID\n}\n', ["LNG010:2"]),
        ('policy a {\n exempt x because "r"\n deny hostPID\n}\n', ["LNG005:2"]),
        ('use "b.psp"\npolicy a {\n deny hostPID\n}\n', ["LNG032:1"]),
        ("policy a {\n audit deny hostPID\n}\npolicy a-audit {\n deny hostIPC\n}\n", ["LNG017:4"]),
    ],
)
def test_what_is_wrong_is_told_at_its_line(text: str, errors: list[str]) -> None:
    assert refused(text) == errors


@pytest.mark.parametrize(
    ("written", "errors"),
    [
        ("deny hostPID\n audit deny hostIPC\n", ["LNG047:3"]),
        ("audit deny hostPID\n", ["LNG047:2"]),
        ("audit deny hostPID\n warn deny hostIPC\n", ["LNG047:2", "LNG047:3"]),
        ("audit deny hostPID\n audit deny hostIPC\n deny hostNetwork\n", ["LNG047:2", "LNG047:3"]),
        ("audit deny hostPID\n default nonRoot\n", ["LNG047:2"]),
    ],
)
def test_a_statement_of_a_member_of_a_choice_has_no_mode_of_its_own(written: str, errors: list[str]) -> None:
    assert refused(f"policy a {{\n {written}}}\nchoose {{\n a for everyone\n}}\n") == errors


def test_no_mode_of_its_own_in_a_choice_from_another_file_or_from_a_parent() -> None:
    base = "policy base {\n deny hostPID\n audit deny hostIPC\n}\n"
    assert refused('use "a.psp"\nchoose {\n base for everyone\n}\n', a=base) == ["LNG047:3"]
    child = "policy child extends base {\n deny privileged\n}\n"
    assert refused(f"{base}{child}choose {{\n child for everyone\n}}\n") == ["LNG047:3"]
    assert refused(f"{base}choose {{\n base-audit for everyone\n}}\n") == ["SET011:6"]


def test_a_scope_holds_names_prefixes_and_labels() -> None:
    (policy,) = meaning(
        "policy a {\n in namespaces edge-*, ingress\n in namespaces tier=front\n"
        " except namespaces edge-sandbox, x/y=z\n deny hostPID\n}\n"
    )
    expected = access.Scope(
        access.Names(("ingress",), ("edge-",)), access.Names(("edge-sandbox",)), (("tier", "front"),), (("x/y", "z"),)
    )
    assert policy.scope == expected


@pytest.mark.parametrize(
    ("lines", "inside"),
    [
        ("in namespaces kubernetes.io/metadata.name=shop", ["shop"]),
        ("except namespaces kubernetes.io/metadata.name=shop", ["shop-a", "web"]),
        ("except namespaces kubernetes.io/metadata.name=shop, web", ["shop-a"]),
        ("in namespaces kubernetes.io/metadata.name=shop\n in namespaces shop*, web", ["shop"]),
        ("in namespaces kubernetes.io/metadata.name=shop\n in namespaces web", []),
        ("in namespaces kubernetes.io/metadata.name=shop\n except namespaces s*", []),
        ("in namespaces kubernetes.io/metadata.name=shop\n in namespaces kubernetes.io/metadata.name=web", []),
    ],
)
def test_the_label_with_the_name_of_a_namespace_is_its_name(lines: str, inside: list[str]) -> None:
    (policy,) = meaning(f"policy a {{\n {lines}\n deny hostPID\n}}\n")
    assert [name for name in ("shop", "shop-a", "web") if policy.scope.holds_in(name)] == inside
    assert policy.scope.nowhere == (not inside)
    # what holds nowhere still names a namespace: an empty list means every namespace for some engines
    assert policy.scope.namespaces
    assert not policy.scope.labels and not policy.scope.except_labels


def test_other_labels_beside_the_name_count() -> None:
    (policy,) = meaning("policy a {\n in namespaces kubernetes.io/metadata.name=shop, tier=a\n deny hostPID\n}\n")
    assert policy.scope == access.Scope(access.Names(("shop",)), labels=(("tier", "a"),))


def test_the_name_of_a_namespace_as_a_label_has_to_be_one() -> None:
    for value in ("Shop", "a.b", '""'):
        text = f"policy a {{\n except namespaces kubernetes.io/metadata.name={value}\n deny hostPID\n}}\n"
        assert refused(text) == ["LNG036:2"], value


def test_exemptions_of_requests_and_their_end() -> None:
    text = (
        'policy a {\n exempt serviceaccounts kube-system/*, users x, y because "r" until 2026-07-15\n deny hostPID\n}\n'
    )
    _, program, warnings = analyse(SourceFile("p.psp", text), today=TODAY)
    (exemption,) = program.policies[0].exemptions
    names = access.Names
    assert exemption.subjects == access.Subjects(
        users=names(("x", "y")), service_accounts=names(prefixes=("kube-system/",))
    )
    assert (exemption.reason, exemption.until) == ("r", "2026-07-15")
    assert [w.code for w in warnings] == ["LNG042"]
    assert not analyse(SourceFile("p.psp", text), today=date(2026, 6, 14))[2]


@pytest.mark.parametrize("whom", ["users x, y", "serviceaccounts a/b", "images registry.example/a:*", "containers c"])
def test_an_exemption_that_has_ended_is_left_out(whom: str) -> None:
    text = f'policy a {{\n    exempt {whom} because "r" until 2026-06-14\n    deny privileged\n}}\n'
    _, program, warnings = analyse(SourceFile("p.psp", text), today=TODAY)
    assert [(w.code, w.severity) for w in warnings if w.code != "LNG086"] == [("LNG041", "warning")]
    without = "policy a {\n\n    deny privileged\n}\n"
    assert replace(program.policies[0], span=ANYWHERE) == replace(meaning(without)[0], span=ANYWHERE)
    lasting = analyse(SourceFile("p.psp", text), today=date(2026, 6, 14))[1]
    assert replace(lasting.policies[0], span=ANYWHERE) != replace(meaning(without)[0], span=ANYWHERE)


def pod(**container: object) -> dict[str, object]:
    """A pod of one container."""
    return {"metadata": {"name": "x"}, "spec": {"containers": [{"name": "main", "image": "app:1", **container}]}}


def test_exempt_containers_are_not_looked_at() -> None:
    (policy,) = meaning(
        'policy a {\n exempt containers side-*, "odd", images reg/* from privileged because "r"\n'
        " deny privileged, hostPID\n require readOnlyRootFilesystem true\n}\n"
    )
    bad = {"securityContext": {"privileged": True, "readOnlyRootFilesystem": True}}
    assert not interpreter.check(policy, pod(**bad)).allowed
    for exempt in ({"name": "side-car"}, {"name": "odd"}, {"image": "reg/x:1"}):
        assert interpreter.check(policy, pod(**bad, **exempt)).allowed, exempt
        assert not interpreter.check(policy, pod(**exempt)).allowed, "readOnlyRootFilesystem is not exempt"


@pytest.mark.parametrize(
    ("exempted", "called"),
    [
        ("containers a", "`a`"),
        ("containers side-*, b", "`side-x`"),
        ("images r/a:*, containers b", "`b`"),
        ("images r/a:*", ""),
    ],
)
def test_an_exemption_by_a_containers_name_alone_is_warned_of(exempted: str, called: str) -> None:
    text = f'policy a {{\n exempt {exempted} from privileged because "r"\n deny privileged\n}}\n'
    warnings = analyse(SourceFile("p.psp", text))[2]
    assert [w.code for w in warnings] == (["LNG086"] if called else [])
    assert all(called in w.message and "image" in w.help and w.severity == "warning" for w in warnings)


def test_unless_leaves_pods_out() -> None:
    (policy,) = meaning("policy a {\n require runAsNonRoot true unless hostUsers false\n}\n")
    base = pod()
    spec = dict(base["spec"])  # type: ignore[call-overload]
    verdicts = [
        interpreter.check(policy, {**base, "spec": {**spec, **more}}).allowed for more in ({}, {"hostUsers": False})
    ]
    assert verdicts == [False, True]


def test_a_statements_own_mode_makes_a_policy_of_its_own() -> None:
    policies = meaning("policy a {\n deny hostPID\n audit deny hostIPC\n warn deny hostPorts\n default nonRoot\n}\n")
    shown = [(p.name, p.mode, statements(p)) for p in policies]
    assert shown == [
        ("a", "enforce", ["deny hostPID", "default nonRoot"]),
        ("a-warn", "warn", ["warn deny hostPorts"]),
        ("a-audit", "audit", ["audit deny hostIPC"]),
    ]


def test_used_policies_are_extended_and_not_compiled() -> None:
    text = 'use "b.psp"\npolicy a extends base {\n}\n'
    (policy,) = meaning(text, b='use "c.psp"\npolicy base extends root {\n}\n', c="policy root {\n deny hostPID\n}\n")
    assert (policy.name, statements(policy)) == ("a", ["deny hostPID"])


def test_files_that_use_each_other_and_names_given_twice() -> None:
    text = 'use "b.psp"\npolicy a {\n deny hostPID\n}\n'
    assert refused(text, b='use "c.psp"\n', c='use "b.psp"\n') == ["LNG033:1"]
    assert refused(text, b="policy a {\n deny hostIPC\n}\n") == ["LNG017:2"]
    assert refused(text, b="policy b {\n deny hostIPX\n}\n") == ["LNG010:2"]
    assert refused(text, b="policy b {\n") == ["LNG050:1"]


def test_the_cli_reads_used_files_inside_the_root_only(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from pscc.cli import main

    (tmp_path / "in").mkdir()
    (tmp_path / "base.psp").write_text(BASE)
    (tmp_path / "in" / "base.psp").write_text(BASE)
    (tmp_path / "in" / "link.psp").symlink_to(tmp_path / "base.psp")
    for path, code in (("base.psp", 0), ("../base.psp", 1), ("link.psp", 1), ("/etc/passwd", 1), ("no.psp", 1)):
        source = tmp_path / "in" / "a.psp"
        source.write_text(f'use "{path}"\npolicy a extends base {{\n}}\n')
        done = CliRunner().invoke(main, ["check", str(source)])
        assert done.exit_code == code, (path, done.output)
        assert ("LNG032" in done.output) is (code == 1)


@pytest.mark.parametrize("name", ["x" * 64, "x" * 253, "-".join(["x" * 62] * 4), ".".join(["x" * 125, "y" * 127])])
def test_a_part_of_a_name_may_be_as_long_as_the_whole(name: str) -> None:
    """As Kubernetes has it: no part of a subdomain has a limit of its own. Source: ``IsDNS1123Subdomain``."""
    psp = PSP.replace("NAME", name)
    for source in (SourceFile("p.psp", f"policy {name} {{ deny hostPID }}"), SourceFile("p.yaml", psp)):
        (policy,) = analyse(source)[1].policies
        assert policy.name == name


def test_a_name_that_is_too_long_is_told_so() -> None:
    with pytest.raises(SourceError) as caught:
        meaning(f"policy {'x' * 254} {{ deny hostPID }}")
    (error,) = caught.value.diagnostics
    assert (error.code, error.help) == ("LNG016", "a name has at most 253 characters: this one has 254")


PSP = """\
apiVersion: policy/v1beta1
kind: PodSecurityPolicy
metadata: {name: NAME}
spec:
  seLinux: {rule: RunAsAny}
  runAsUser: {rule: RunAsAny}
  fsGroup: {rule: RunAsAny}
  supplementalGroups: {rule: RunAsAny}
"""


ABSTRACT = "abstract policy base {\n    deny privileged\n    allow readOnlyRootFilesystem true\n}\n"


def test_an_abstract_policy_is_only_there_to_be_extended() -> None:
    child = "policy edge extends base {\n    in namespaces edge\n    deny hostPID\n}\n"
    (edge,) = meaning(ABSTRACT + child)
    assert edge.name == "edge"
    assert {check.control for check in edge.checks} == {"privileged", "readOnlyRootFilesystem", "hostPID"}


@pytest.mark.parametrize(
    ("line", "place"),
    [("in namespaces a", 2), ("except namespaces a", 2), ("warn", 1), ('exempt users a because "b"', 2)],
)
def test_what_an_abstract_policy_would_not_pass_on_is_an_error(line: str, place: int) -> None:
    assert refused(ABSTRACT.replace("{\n", f"{{\n    {line}\n", 1)) == [f"LNG094:{place}"]


def test_an_abstract_policy_is_not_granted() -> None:
    assert refused(f"{ABSTRACT}choose {{\n    base for everyone\n}}\n") == ["LNG094:6"]


def test_what_an_abstract_policy_says_is_warned_of_where_it_is_extended() -> None:
    warnings = checked(SourceFile("a.psp", ABSTRACT + "policy edge extends base {\n}\n"), today=TODAY)[2]
    assert ("LNG083", 3) in {(d.code, d.span.line if d.span else 0) for d in warnings}


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ("abstrct policy a {\n    deny hostPID\n}\n", "did you mean `abstract policy`?"),
        ("abstract a {\n    deny hostPID\n}\n", "write `abstract policy a {`"),
        ("policy a abstract {\n    deny hostPID\n}\n", "write `abstract policy a {`"),
        ("abstract policy {\n    deny hostPID\n}\n", "write `abstract policy my-policy {`"),
        ("abstract choose {\n}\n", "take it out: only a policy can be there just to be extended"),
        ("abstract policy a\n", "add `{` here, and a `}` where it ends"),
        ("abstract policy a: pss/baseline {\n}\n", "write `policy a extends pss/baseline {`"),
    ],
)
def test_abstract_in_a_wrong_place(text: str, help: str) -> None:
    with pytest.raises(SourceError) as error:
        meaning(text)
    assert [diagnostic.help for diagnostic in error.value.diagnostics] == [help]
