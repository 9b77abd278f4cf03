"""The pods that ``pscc diff`` shows are treated differently by OPA, too."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

from pscc import ir
from pscc.base.source import SourceFile
from pscc.driver import analyse, compile_program, decode
from pscc.meaning.library import library_source
from pscc.output.emit import emit
from pscc.reasoning.difference.admitted import Witness
from pscc.reasoning.difference.compare import compare
from pscc.reference import interpreter
from support.engines import run
from support.paths import ROOT


def test_witnesses_have_opposite_verdicts_on_opa(tmp_path: Path) -> None:
    """Created with their defaults set (OPA sets none), or updated, by an AdmissionReview that holds both pods."""
    sources = {name: decode(name, (ROOT / "examples" / name).read_bytes()) for name in ("restricted.yaml", "team.psp")}
    library = library_source("pss/restricted")
    assert library is not None
    sources["library"] = library
    for verb in ("allow", "require"):
        text = f"policy p {{\n {verb} appArmorProfile unconfined\n default appArmorProfile unconfined\n}}\n"
        sources[verb] = SourceFile("p.psp", text)
    programs = {name: analyse(source)[1] for name, source in sources.items()}
    for name, one in programs.items():
        emit(tmp_path / name, compile_program(one, ("opa",)).outputs["opa"].files)
    created = updated = 0
    for old, new in itertools.permutations(programs, 2):
        witnesses = compare(programs[old], programs[new]).looser
        assert all(denied(tmp_path / old, programs[old], witnesses)), (old, new)
        assert not any(denied(tmp_path / new, programs[new], witnesses)), (old, new)
        created += sum(one.old_pod is None for one in witnesses)
        updated += sum(one.old_pod is not None for one in witnesses)
    assert created > 20 and updated > 0


def denied(folder: Path, one: ir.Program, witnesses: tuple[Witness, ...]) -> list[list[str]]:
    """What OPA says of each witness."""
    asked: list[dict[str, object]] = []
    for witness in witnesses:
        pod = witness.pod
        if witness.old_pod is None:
            for policy in one.policies:
                pod = dict(interpreter.with_defaults(policy, pod))
            asked.append(pod)
        else:
            request = {"operation": "UPDATE", "object": pod, "oldObject": witness.old_pod}
            asked.append({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request})
    ask = "package ask\n\nanswers := [answer |\n\tsome one in input\n\tanswer := data.main.deny with input as one\n]\n"
    (folder / "ask.rego").write_text(ask)
    arguments = ("eval", "--format", "json", "--data", folder, "--stdin-input", "data.ask.answers")
    done = run("opa", *arguments, stdin=json.dumps(asked), check=True)
    answer: list[list[str]] = json.loads(done.stdout)["result"][0]["expressions"][0]["value"]
    return answer
