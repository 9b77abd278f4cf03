"""What ``pscc verify`` compares and how it counts, on answers made up for the purpose."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
import yaml

from pscc.diagnostics import Report
from pscc.driver import analyse, compile_program
from pscc.engines._base import Answer
from pscc.ir import Program
from pscc.pods import read_manifests
from pscc.source import SourceFile
from pscc.verify import Question, Trial, drawn, own, questions, tally
from pscc.verify_report import Row, Summary, as_json, as_text

POLICY = """\
policy p {
    deny    hostPID
    require readOnlyRootFilesystem true
    default readOnlyRootFilesystem true
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


def program_of(text: str = POLICY) -> Program:
    return analyse(SourceFile("p.psp", text))[1]


def pod(read_only: bool | None = None, **spec: object) -> Json:
    context = {} if read_only is None else {"securityContext": {"readOnlyRootFilesystem": read_only}}
    containers = [{"name": "main", "image": "app:1", **context}]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"containers": containers, **spec}}


def asked(fake: Fake, *trials: Trial, text: str = POLICY) -> tuple[Question, ...]:
    program = program_of(text)
    told = compile_program(program, (fake.target,))[fake.target].diagnostics
    return questions(program, told, fake, trials)  # type: ignore[arg-type]


def right(found: Sequence[Question]) -> list[Answer]:
    return [question.expected for question in found]


def test_the_same_seed_draws_the_same_pods_and_another_others() -> None:
    program = program_of()
    first, again, other = (list(drawn(program, seed, 50)) for seed in (1, 1, 2))
    assert first == again != other
    assert len(first) == len(other) == 50


def test_only_updates_have_ephemeral_containers() -> None:
    trials = list(drawn(program_of(), 1, 200))
    debugged = [t for t in trials if "ephemeralContainers" in json.dumps(t.pod)]
    assert debugged
    for trial in debugged:
        assert trial.old_pod is not None
    # and there are updates of other kinds
    assert sum(trial.old_pod is not None for trial in trials) > len(debugged)


def test_the_pods_of_each_policy_are_drawn() -> None:
    program = program_of(POLICY + POLICY.replace("policy p", "policy q").replace("hostPID", "hostIPC"))
    texts = [json.dumps(trial.pod) for trial in drawn(program, 1, 41)]
    assert len(texts) == 41
    assert any("hostPID" in text for text in texts)
    assert any("hostIPC" in text for text in texts)


def test_where_a_default_cannot_be_set_refusing_is_stricter_as_announced() -> None:
    (question,) = asked(Fake("opa"), Trial("bare", pod(), own=True))
    assert question.expected.denied
    assert not question.policy.denied
    counts = tally([question], [question.expected])
    assert (counts.agreed, counts.stricter, counts.differences, counts.stricter_own) == (0, 1, (), ("bare",))


def test_where_a_default_is_set_refusing_is_wrong() -> None:
    (question,) = asked(Fake("kyverno", changes_pods=True), Trial("bare", pod()))
    counts = tally([question], [Answer(True, ("no",), question.expected.pod)])
    assert counts.first is not None
    assert counts.first.kind == "shuts out"


def test_going_without_a_grant_is_counted_as_stricter_and_an_engine_that_lets_in_more_as_wrong() -> None:
    granting = GRANTING.replace("deny    capabilities.add", "allow   capabilities.add NET_ADMIN")
    program = program_of(granting)
    told = compile_program(program, ("gatekeeper",))["gatekeeper"].diagnostics
    assert [d.code for d in told] == ["TGT001"]
    fake = Fake("gatekeeper", changes_pods=True)
    (question,) = questions(program, told, fake, [Trial("bare", pod())])  # type: ignore[arg-type]
    assert question.expected.pod == question.review.pod
    assert tally([question], [question.expected]).stricter == 1
    # what the policy gives each pod it refuses as well: an output that leaves the default out has to refuse them, too
    (question,) = asked(Fake("gatekeeper"), Trial("bare", pod()), text=GRANTING)
    assert question.policy.denied
    assert question.expected.denied
    first = tally([question], [Answer(False)]).first
    assert first is not None
    assert first.kind == "lets in"


NULLS = """\
apiVersion: v1
kind: Pod
metadata: {name: x, annotations: null}
spec:
  hostPID: null
  containers: [{name: main, image: app:1, securityContext: {readOnlyRootFilesystem: null}}]
"""


def own_trials(text: str) -> list[Trial]:
    source = SourceFile("pod.yaml", text)
    return list(own(read_manifests(source, Report()), program_of()))


def test_ones_own_pods_are_asked_as_their_file_has_them_too() -> None:
    (trial,) = own_trials(NULLS)
    stored, raw = asked(Fake("kyverno", changes_pods=True), trial)
    assert "null" not in json.dumps(stored.review.pod)
    assert raw.review.pod["spec"] == yaml.safe_load(NULLS)["spec"]
    assert raw.trial.origin == "pod.yaml:1 Pod x, as the file has it"
    assert not raw.policy.denied
    assert raw.policy.pod is not None
    context = {"readOnlyRootFilesystem": True}
    assert raw.policy.pod["spec"]["containers"][0]["securityContext"] == context  # type: ignore[index]
    # what a null makes of the answer is told
    first = tally([stored, raw], [stored.expected, Answer(True, ("no such overload",), raw.review.pod)]).first
    assert first is not None
    assert (first.kind, first.question) == ("shuts out", raw)


def test_what_an_engine_makes_of_a_null_is_no_change() -> None:
    _, raw = asked(Fake("kyverno", changes_pods=True), *own_trials(NULLS))
    assert raw.expected.pod is not None
    metadata = {"name": "pod-2", "namespace": "default", "annotations": {}}
    spec = {k: v for k, v in raw.expected.pod["spec"].items() if v is not None}  # type: ignore[attr-defined]
    changed = {**raw.expected.pod, "metadata": metadata, "spec": spec}
    assert not tally([raw], [Answer(False, (), changed)]).differences
    assert tally([raw], [Answer(False, (), {**changed, "spec": {**spec, "hostPID": False}})]).differences


def test_a_pod_that_is_written_as_it_is_stored_is_asked_once() -> None:
    (trial,) = own_trials(NULLS)
    assert len(asked(Fake("kyverno", changes_pods=True), *own_trials(json.dumps(trial.pod)))) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (lambda q: Answer(False), "lets in"),
        (lambda q: replace(q.expected, messages=("other words",)), "says otherwise"),
        (lambda q: replace(q.expected, messages=()), "says otherwise"),
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
    answers = [replace(found[0].expected, messages=("other",)), Answer(False, (), found[1].expected.pod)]
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
    assert question.expected.messages == ("pod: hostPID is true, must not be true",)


def test_a_missing_answer_is_no_agreement() -> None:
    found = asked(Fake(), Trial("a", pod(True)), Trial("b", pod(True)))
    with pytest.raises(ValueError, match="shorter"):
        tally(found, [found[0].expected])


def summary(*rows: Row, drift: tuple[str, ...] = ()) -> Summary:
    return Summary("p.psp", 1, 2, 0, 0, rows, (), drift)


def test_verified_only_if_an_engine_agreed_and_none_did_not() -> None:
    found = asked(Fake(), Trial("x", pod(True)), Trial("y", pod(True, hostPID=True)))
    good = Row("opa", "opa", "1", tally(found, right(found)))
    bad = Row("opa", "opa", "1", tally(found, [Answer(False), Answer(False)]))
    assert summary(good).verified
    assert summary(good, Row("kyverno", "kyverno", missing="not here")).verified
    assert not summary(bad).verified
    assert not summary(good, bad).verified
    assert not summary(good, Row("opa", "opa", failed="it crashed")).verified
    assert not summary(good, drift=("gatekeeper: mutators/p.yaml",)).verified
    assert not summary(Row("kyverno", "kyverno", missing="not here")).verified
    assert not summary().verified


def test_the_first_difference_is_shown_in_full() -> None:
    found = asked(Fake(), Trial("host-pid", pod(True, hostPID=True)), Trial("again", pod(True, hostPID=True)))
    row = Row("opa", "opa", "1.0", tally(found, [Answer(False), Answer(False)]))
    missing = Row("kyverno", "kyverno", missing="`kyverno` is not on the path")
    text = as_text(summary(row, missing))
    assert "opa on opa lets in a pod that the policy refuses (host-pid, the first of 2)" in text
    assert "  the policy: denied\n    pod: hostPID is true, must not be true\n  opa: admitted\n" in text
    assert "\n    hostPID: true\n" in text
    assert "not run: `kyverno` is not on the path" in text
    assert text.endswith("not verified: 2 answers differ\n")
    one = as_text(summary(Row("opa", "opa", failed="it hangs")))
    assert one.endswith("not verified: 1 engine gave no answers\n")
    told = json.loads(as_json(summary(row, missing)))
    assert told["verified"] is False
    assert told["engines"][0]["wrong"] == 2
    assert told["engines"][0]["first"]["kind"] == "lets in"
    assert told["engines"][0]["first"]["pod"]["spec"]["hostPID"] is True
    assert told["engines"][1]["missing"] == "`kyverno` is not on the path"
