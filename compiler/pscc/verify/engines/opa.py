"""OPA's command line: ``opa eval``, a process for a hundred pods."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pscc.base.frozen import frozen
from pscc.output.contents import OutputFile
from pscc.verify.engines import _rego
from pscc.verify.engines._base import Answer, EngineError, Review, Tick, chunks
from pscc.verify.engines._files import write
from pscc.verify.engines._process import run, shown

_QUERY = "[main | some review in input; main := data.main with input as review]"
_CHUNK = 100


@frozen
class Opa:
    """OPA's program at ``path``, each run of it within ``timeout`` seconds."""

    path: str
    timeout: float
    name: str = "opa"
    target: str = "opa"
    changes_pods: bool = False
    takes_updates: bool = True
    takes_users: bool = True
    takes_workloads: bool = True
    joins_messages: bool = False
    is_own: bool = True
    runs_in_cel: str = ""
    note: str = ""

    def runs(self, path: str) -> bool:
        """Every module."""
        return _rego.is_module(path)

    def version(self) -> str:
        """The version that ``opa version`` says."""
        lines = run([self.path, "version"], self.timeout).out.splitlines()
        return next((line.removeprefix("Version: ") for line in lines if line.startswith("Version: ")), "")

    def ask(self, files: Sequence[OutputFile], reviews: Sequence[Review], tick: Tick) -> tuple[Answer, ...]:
        """The answers in ``data.main`` with each review as input."""
        answers: list[Answer] = []
        with tempfile.TemporaryDirectory(prefix="pscc-") as folder:
            write(Path(folder), _rego.modules(files))
            for chunk in chunks(reviews, _CHUNK):
                answers += self._chunk(folder, chunk)
                tick(len(chunk))
        return tuple(answers)

    def _chunk(self, folder: str, reviews: Sequence[Review]) -> list[Answer]:
        stdin = json.dumps([_rego.document(review) for review in reviews])
        command = [self.path, "eval", "--format", "json", "--data", folder, "--stdin-input", _QUERY]
        done = run(command, self.timeout, stdin)
        if done.code != 0:
            raise EngineError(f"opa eval failed with exit code {done.code}{shown(done.err or done.out)}")
        try:
            values = json.loads(done.out)["result"][0]["expressions"][0]["value"]
        except (ValueError, KeyError, IndexError, TypeError):
            raise EngineError(f"opa eval printed no result{shown(done.out)}") from None
        if not isinstance(values, list) or len(values) != len(reviews):
            raise EngineError(
                "opa eval answered of fewer pods than it was asked about: `data.main` is undefined for some"
            )
        return [_rego.answer_in(main) for main in values]
