"""regopy, an OPA in C++ that is installed with pscc, so it is always there for the target ``opa``.

It runs in a process of its own, so that a crash of its library does not end pscc.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from pscc.base.frozen import frozen
from pscc.output.contents import OutputFile
from pscc.targets.shared.opa_files import WORKLOADS
from pscc.verify.engines import _rego
from pscc.verify.engines._base import Answer, EngineError, Review, Tick, chunks
from pscc.verify.engines._process import run, shown

_CHUNK = 100


@frozen
class Regopy:
    """regopy, each run of it within ``timeout`` seconds."""

    timeout: float
    name: str = "regopy"
    target: str = "opa"
    changes_pods: bool = False
    takes_updates: bool = True
    takes_users: bool = True
    takes_workloads: bool = False
    joins_messages: bool = False
    is_own: bool = False
    runs_in_cel: str = ""
    note: str = (
        "regopy was asked about pods alone: it cannot run `workloads.rego`, which judges Deployments and the like."
    )

    def runs(self, path: str) -> bool:
        """True for every module about pods. regopy crashes on the one about workloads, and gets no question about these."""
        return _rego.is_module(path) and path != WORKLOADS

    def version(self) -> str:
        """The version of the installed distribution."""
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("regopy")
        except PackageNotFoundError:
            return ""

    def ask(self, files: Sequence[OutputFile], reviews: Sequence[Review], tick: Tick) -> tuple[Answer, ...]:
        """The answers in ``data.main`` with each review as input."""
        sources = [[file.path, file.text] for file in _rego.modules(files) if self.runs(file.path)]
        answers: list[Answer] = []
        for chunk in chunks(reviews, _CHUNK):
            answers += self._chunk(sources, chunk)
            tick(len(chunk))
        return tuple(answers)

    def _chunk(self, sources: list[list[str]], reviews: Sequence[Review]) -> list[Answer]:
        request = {"modules": sources, "inputs": [_rego.document(review) for review in reviews]}
        # -P: nothing in the working folder is imported in the place of a module
        command = [sys.executable, "-P", "-m", "pscc.verify.engines.regopy_worker"]
        done = run(command, self.timeout, json.dumps(request))
        if done.code != 0:
            raise EngineError(f"regopy failed{shown(done.err)}")
        try:
            values = [json.loads(line) for line in done.out.splitlines()]
        except ValueError:
            raise EngineError(f"regopy printed no result{shown(done.out)}") from None
        if len(values) != len(reviews):
            raise EngineError(f"regopy answered of {len(values)} pods and was asked about {len(reviews)}")
        return [_rego.answer_in(main) for main in values]
