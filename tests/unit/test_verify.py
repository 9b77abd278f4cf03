"""What ``pscc verify`` compares and how it counts, on answers made up for the purpose."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from pscc.base.source import SourceFile
from pscc.driver import analyse, compile_program
from pscc.ir import Program
from pscc.ir.access import Names, Request
from pscc.lowering.capabilities import Workloads
from pscc.lowering.prepared import Prepared, prepared
from pscc.lowering.rollout import AS_WRITTEN, Rollout
from pscc.lowering.shortfalls import DefaultNotSet, JudgedByAccount
from pscc.output.contents import Output
from pscc.output.options import Options
from pscc.verify.comparing import Question, Trial, drawn, questions, tally
from pscc.verify.engines._base import Answer, Applied
from pscc.verify.report import Row, Summary, as_json, as_text

POLICY = """\
policy p {
    deny    hostPID
    require readOnlyRootFilesystem true
    default readOnlyRootFilesystem true
}
"""
BOTH = """\
policy p {
    deny hostPID, hostIPC
}
"""
GRANTING = """\
policy p {
    deny    capabilities.add
    default capabilities.add add NET_ADMIN
}
"""
Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Fake:
    """An engine as the comparison sees it."""

    target: str = "opa"
    changes_pods: bool = False
    takes_updates: bool = True
    takes_users: bool = True
    takes_workloads: bool = True
    joins_messages: bool = False


def program_of(text: str = POLICY) -> Program:
    return analyse(SourceFile("p.psp", text))[1]


def ready(text: str = POLICY, rollout: Rollout = AS_WRITTEN) -> Prepared:
    return prepared(program_of(text), rollout)


def pod(read_only: bool | None = None, **spec: object) -> Json:
    context = {} if read_only is None else {"securityContext": {"readOnlyRootFilesystem": read_only}}
    containers = [{"name": "main", "image": "app:1", **context}]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"containers": containers, **spec}}


def asked(fake: Fake, *trials: Trial, text: str = POLICY) -> tuple[Question, ...]:
    output = compile_program(program_of(text), (fake.target,)).outputs[fake.target]
    return questions(ready(text), output, fake, trials)  # type: ignore[arg-type]


def exact(prepared: Prepared) -> Output:
    """An output that means all of ``prepared``."""
    return Output((), (), prepared.formed)


def right(found: Sequence[Question]) -> list[Answer]:
    return [question.expected for question in found]


def test_the_same_seed_draws_the_same_pods_and_another_others() -> None:
    first, again, other = (list(drawn(ready(), seed, 50)) for seed in (1, 1, 2))
    assert first == again != other
    assert [sum(trial.kind == "Pod" for trial in trials) for trials in (first, other)] == [50, 50]


def test_only_updates_have_ephemeral_containers() -> None:
    trials = list(drawn(ready(), 1, 200))
    debugged = [t for t in trials if "ephemeralContainers" in json.dumps(t.pod)]
    assert debugged
    for trial in debugged:
        assert trial.old_pod is not None
    # and there are updates of other kinds
    assert sum(trial.old_pod is not None for trial in trials) > len(debugged)


def test_the_pods_of_each_policy_are_drawn() -> None:
    both = ready(POLICY + POLICY.replace("policy p", "policy q").replace("hostPID", "hostIPC"))
    texts = [json.dumps(trial.pod) for trial in drawn(both, 1, 41) if trial.kind == "Pod"]
    assert len(texts) == 41
    assert any("hostPID" in text for text in texts)
    assert any("hostIPC" in text for text in texts)


def test_where_a_default_cannot_be_set_refusing_is_stricter_as_announced() -> None:
    (question,) = asked(Fake("opa"), Trial("bare", pod(), own=True))
    assert question.expected.denied
    assert not question.policy.denied
    counts = tally([question], [question.expected])
    assert (counts.agreed, counts.stricter, counts.differences, counts.stricter_own) == (0, 1, (), ("bare",))


def test_what_only_warns_makes_no_pod_refused_by_the_default_that_it_would_have_set() -> None:
    mild = "policy a {\n    warn\n    default runAsUser 0\n}\npolicy b {\n    deny runAsUser 0\n}\n"
    (question,) = asked(Fake("opa"), Trial("bare", pod()), text=mild)
    assert not question.policy.denied and not question.expected.denied
    assert tally([question], [question.expected]).stricter == 0
    (question,) = asked(Fake("opa"), Trial("bare", pod()), text=mild.replace("warn", "enforce"))
    assert question.expected.denied
    first = tally([question], [Answer()]).first
    assert first is not None and first.kind == "lets in"


def test_where_a_default_is_set_refusing_is_wrong() -> None:
    (question,) = asked(Fake("kyverno", changes_pods=True), Trial("bare", pod()))
    counts = tally([question], [Answer(("no",), (), question.expected.pod)])
    assert counts.first is not None
    assert counts.first.kind == "shuts out"


@pytest.mark.parametrize(
    ("workloads", "refused", "warned"), [("enforce", True, False), ("warn", False, True), ("off", False, False)]
)
@pytest.mark.parametrize("kind", ["Deployment", "CronJob"])
@pytest.mark.parametrize("source", ["exempt", "granted"])
def test_a_workload_whose_controller_may_more_is_stricter_as_announced(
    source: str, kind: Applied, workloads: Workloads, refused: bool, warned: bool
) -> None:
    controllers = "serviceaccounts kube-system/replicaset-controller, serviceaccounts kube-system/job-controller"
    text = {
        "exempt": f'policy p {{\n exempt {controllers} because "r"\n deny hostPID\n}}\n',
        "granted": "policy p {\n deny hostPID\n}\npolicy q {\n deny hostIPC\n}\nchoose {\n p for everyone\n"
        f" q for {controllers}\n}}\n",
    }[source]
    prepared_program = ready(text)
    made = compile_program(program_of(text), ("opa",), options=Options(workloads=workloads)).outputs["opa"]
    who = Request(user="jane", groups=("system:authenticated",))
    trial = Trial("mine", pod(hostPID=True), own=True, request=who, kind=kind)
    (question,) = questions(prepared_program, made, Fake(), [trial], workloads)
    assert not question.policy.denied and not question.policy.warnings
    assert (question.expected.denied, bool(question.expected.warnings)) == (refused, warned)
    counts = tally([question], [question.expected])
    assert (counts.stricter, counts.differences) == (int(refused or warned), ())
    assert counts.stricter_own == (("mine",) if refused else ())
    assert bool([s for s in made.shortfalls if isinstance(s, JudgedByAccount)]) is (refused or warned)
    # an engine that lets the workload in where the output refuses it differs all the same
    assert len(tally([question], [Answer()]).differences) == int(refused or warned)


def test_a_target_that_refuses_workloads_where_it_should_warn_is_stricter_as_announced() -> None:
    source = "policy p {\n deny hostPID\n}\n"
    compiled = compile_program(program_of(source), ("kyverno-cel",)).outputs["kyverno-cel"]
    trial = Trial("mine", pod(hostPID=True), own=True, kind="Deployment")
    kyverno = Fake("kyverno-cel", changes_pods=True, takes_updates=False)
    (question,) = questions(ready(source), compiled, kyverno, [trial], "warn")  # type: ignore[arg-type]
    assert not question.policy.denied
    assert question.policy.warnings == question.expected.denials != ()
    refused = tally([question], [question.expected])
    assert (refused.stricter, refused.stricter_own, refused.differences) == (1, ("mine",), ())
    assert len(tally([question], [question.policy]).differences) == 1


def test_an_engine_that_sets_defaults_and_knows_no_updates_is_not_asked_about_them() -> None:
    update = Trial("image", pod(), old_pod=pod(hostPID=True))
    creation = Trial("new", pod())
    kyverno = Fake("kyverno-cel", changes_pods=True, takes_updates=False)
    asked_questions = asked(kyverno, update, creation)
    assert [question.trial.origin for question in asked_questions] == ["new"]


def test_messages_of_a_policy_that_are_joined_are_compared_in_any_order() -> None:
    (question,) = asked(Fake(changes_pods=True), Trial("bare", pod(hostPID=True, hostIPC=True)), text=BOTH)
    assert len(question.expected.denials) == 2
    words = "; ".join(reversed(question.expected.denials))
    answered = Answer((words,), (), question.expected.pod)
    assert tally([question], [answered], joined=True).agreed == 1
    assert tally([question], [answered]).differences != ()
    one = Answer(question.expected.denials[:1], (), question.expected.pod)
    assert tally([question], [one], joined=True).differences != ()


def test_going_without_a_grant_is_counted_as_stricter_and_an_engine_that_lets_in_more_as_wrong() -> None:
    granting = GRANTING.replace("deny    capabilities.add", "allow   capabilities.add NET_ADMIN")
    output = compile_program(program_of(granting), ("gatekeeper",)).outputs["gatekeeper"]
    assert [type(one) for one in output.shortfalls] == [DefaultNotSet]
    fake = Fake("gatekeeper", changes_pods=True)
    (question,) = questions(ready(granting), output, fake, [Trial("bare", pod())])  # type: ignore[arg-type]
    assert question.expected.pod == question.review.pod
    assert tally([question], [question.expected]).stricter == 1
    # what the policy gives each pod it refuses as well: an output that leaves the default out has to refuse them, too
    (question,) = asked(Fake("gatekeeper"), Trial("bare", pod()), text=GRANTING)
    assert question.policy.denied
    assert question.expected.denied
    first = tally([question], [Answer()]).first
    assert first is not None
    assert first.kind == "lets in"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (lambda q: Answer(), "lets in"),
        (lambda q: replace(q.expected, denials=("other words",)), "says otherwise"),
        (lambda q: replace(q.expected, warnings=q.expected.denials), "says otherwise"),
        (lambda q: Answer((), q.expected.denials, q.expected.pod), "lets in"),
        (lambda q: replace(q.expected, pod=q.review.pod), "changes otherwise"),
    ],
)
def test_kinds_of_differences(answer: object, kind: str) -> None:
    (question,) = asked(Fake("kyverno", changes_pods=True), Trial("host-pid", pod(hostPID=True)))
    assert question.expected.denied
    counts = tally([question], [answer(question)])  # type: ignore[operator]
    assert (counts.agreed, counts.stricter, len(counts.differences)) == (0, 0, 1)
    assert counts.differences[0].kind == kind


def test_the_gravest_difference_is_shown_first() -> None:
    found = asked(Fake("kyverno", changes_pods=True), Trial("words", pod(hostPID=True)), Trial("in", pod(hostPID=True)))
    answers = [replace(found[0].expected, denials=("other",)), Answer(pod=found[1].expected.pod)]
    first = tally(found, answers).first
    assert first is not None
    assert first.question.trial.origin == "in"


def test_an_engine_that_only_judges_gets_pods_with_defaults_and_as_they_came() -> None:
    fake = Fake("gatekeeper", takes_updates=False)
    defaulted, bare, same, update = asked(
        fake, Trial("bare", pod()), Trial("set", pod(True)), Trial("update", pod(), pod(True))
    )
    assert "readOnlyRootFilesystem" in json.dumps(defaulted.review.pod)
    assert bare.trial.origin == "bare, as it came"
    assert bare.expected.denied
    assert not defaulted.expected.denied
    assert not same.expected.denied
    assert update.review.old_pod is None
    assert update.expected.denied
    assert len({question.review.name for question in (defaulted, bare, same, update)}) == 4


def test_warnings_do_not_deny() -> None:
    (question,) = asked(Fake(), Trial("x", pod(True, hostPID=True)), text=POLICY.replace("{", "{\n    warn", 1))
    assert not question.expected.denied
    assert question.expected.warnings == ("pod: hostPID must not be true",)
    first = tally([question], [Answer()]).first
    assert first is not None and first.kind == "says otherwise"


def test_a_missing_answer_is_no_agreement() -> None:
    found = asked(Fake(), Trial("a", pod(True)), Trial("b", pod(True)))
    with pytest.raises(ValueError, match="shorter"):
        tally(found, [found[0].expected])


def summary(*rows: Row, drift: tuple[str, ...] = ()) -> Summary:
    return Summary("p.psp", 1, 2, 0, 0, rows, (), drift)


def test_verified_only_if_an_engine_agreed_and_none_did_not() -> None:
    found = asked(Fake(), Trial("x", pod(True)), Trial("y", pod(True, hostPID=True)))
    good = Row("opa", "opa", "1", tally(found, right(found)))
    bad = Row("opa", "opa", "1", tally(found, [Answer(), Answer()]))
    assert summary(good).verified
    assert summary(good, Row("kyverno", "kyverno", missing="not here")).verified
    assert not summary(bad).verified
    assert not summary(good, bad).verified
    assert not summary(good, Row("opa", "opa", failed="it crashed")).verified
    assert not summary(good, drift=("gatekeeper: mutators/p.yaml",)).verified
    assert not summary(Row("kyverno", "kyverno", missing="not here")).verified
    assert not summary().verified


def test_an_engine_that_stands_in_for_another_is_said_to_be_at_fault_where_that_one_agrees() -> None:
    found = asked(Fake(), Trial("host-pid", pod(True, hostPID=True)), Trial("fine", pod(True)))
    wrong, good = tally(found, [Answer(), Answer()]), tally(found, right(found))
    other = Row("opa", "regopy", "1.5.2", wrong, is_own=False)
    own = Row("opa", "opa", "1.22.2", good)
    text = as_text(summary(other, own))
    assert "opa on regopy lets in a pod that the policy refuses (host-pid)\n" in text
    assert "\n  opa 1.22.2, for which the output is made, agrees with the policy on this pod\n" in text
    verdict = (
        "verified: the engines for which the outputs are made do as the policy says; not so regopy, by its own fault\n"
    )
    assert text.endswith(f"\n{verdict}")
    crashed = Row("opa", "regopy", failed="it crashed", is_own=False)
    assert as_text(summary(crashed, own)).endswith(f"\n{verdict}")
    required = as_text(summary(replace(other, required=True), own))
    assert required.endswith("\nnot verified: 1 answer differs (1 on regopy)\n")
    assert not summary(crashed, Row("kyverno", "kyverno", "1", good)).verified
    first, second = json.loads(as_json(summary(other, own)))["engines"]
    assert (first["isOwn"], first["first"]["agreeing"], second["isOwn"]) == (False, ["opa"], True)

    both = as_text(summary(other, Row("opa", "opa", "1.22.2", wrong)))
    assert "\n  opa 1.22.2, for which the output is made, differs on this pod, too\n" in both
    assert "\n  regopy 1.5.2 differs on this pod, too\n" in both
    assert both.endswith("not verified: 2 answers differ (1 on regopy, 1 on opa)\n")

    alone = as_text(summary(other, Row("opa", "opa", missing="it is not there"), Row("kyverno", "kyverno", "1", good)))
    assert (
        "\n  regopy is another implementation than the one that the output is made for, which was not asked\n" in alone
    )
    assert "kyverno 1 " not in alone.partition("opa on regopy")[2]


def test_a_workload_is_judged_as_its_pod_and_shown_whole() -> None:
    trials = [trial for trial in drawn(ready(), 1, 60) if trial.kind != "Pod"]
    assert {trial.kind for trial in trials} == {"Deployment", "CronJob"}
    bad = Trial("bad", pod(True, hostPID=True), kind="CronJob")
    for workloads, denied, warned in (("warn", False, True), ("enforce", True, False), ("off", False, False)):
        (question,) = questions(ready(), exact(ready()), Fake(), [bad], workloads)  # type: ignore[arg-type]
        assert (question.expected.denied, bool(question.expected.warnings)) == (denied, warned)
    assert questions(ready(), exact(ready()), Fake(takes_workloads=False), [bad]) == ()  # type: ignore[arg-type]
    (question,) = questions(ready(), exact(ready()), Fake(), [bad], "enforce")  # type: ignore[arg-type]
    text = as_text(summary(Row("opa", "opa", "1", tally([question], [Answer()]))))
    assert "the cronjob that was tried:\n  apiVersion: batch/v1\n  kind: CronJob\n" in text
    assert "        template:\n" in text


def test_a_rollout_is_what_is_compared() -> None:
    fake = Fake()
    bad = Trial("bad", pod(True, hostPID=True), request=Request("kube-system", "jane"))
    for rollout, denied, warned in (
        (AS_WRITTEN, True, False),
        (Rollout(mode="audit"), False, True),
        (Rollout(mode="warn"), False, True),
        (Rollout(excluded=Names(("kube-system",))), False, False),
        (Rollout(excluded=Names((), ("kube-",))), False, False),
        (Rollout(excluded=Names(("kube-public",))), True, False),
    ):
        (question,) = questions(ready(rollout=rollout), exact(ready(rollout=rollout)), fake, [bad])  # type: ignore[arg-type]
        for said in (question.policy, question.expected):
            assert (said.denied, bool(said.warnings)) == (denied, warned)


def test_requests_are_drawn_where_nothing_holds_and_by_those_whose_grants_are_left_out() -> None:
    text = "policy a {\n    deny hostPID\n}\npolicy b {\n    deny hostIPC\n}\n"
    choice = "choose {\n    a for groups system:masters\n    b for groups system:authenticated\n}\n"
    rollout = Rollout(excluded=Names(("kube-system",), ("team-",)), ignored_groups=("system:masters",))
    requests = [trial.request for trial in drawn(ready(text + choice, rollout), 1, 200) if trial.request]
    assert {"kube-system", "kube-systemx", "team-x", "team", "default"} <= {request.namespace for request in requests}
    assert any("system:masters" in request.groups for request in requests)
    plain = [trial.request for trial in drawn(ready(rollout=rollout), 1, 200) if trial.request]
    assert {"kube-system", "team-x"} <= {request.namespace for request in plain}


def test_the_first_difference_is_shown_in_full() -> None:
    found = asked(Fake(), Trial("host-pid", pod(True, hostPID=True)), Trial("again", pod(True, hostPID=True)))
    row = Row("opa", "opa", "1.0", tally(found, [Answer(), Answer()]))
    missing = Row("kyverno", "kyverno", missing="`kyverno` is not on the path")
    text = as_text(summary(row, missing))
    assert "opa on opa lets in a pod that the policy refuses (host-pid, the first of 2)" in text
    assert "  the policy: denied\n    pod: hostPID must not be true\n  opa: admitted\n" in text
    assert "\n    hostPID: true\n" in text
    assert "not run: `kyverno` is not on the path" in text
    assert text.endswith("not verified: 2 answers differ (2 on opa)\n")
    one = as_text(summary(Row("opa", "opa", failed="it hangs")))
    assert one.endswith("not verified: 1 engine gave no answers\n")
    told = json.loads(as_json(summary(row, missing)))
    assert told["verified"] is False
    assert told["engines"][0]["wrong"] == 2
    assert told["engines"][0]["first"]["kind"] == "lets in"
    assert told["engines"][0]["first"]["pod"]["spec"]["hostPID"] is True
    assert told["engines"][1]["missing"] == "`kyverno` is not on the path"
