"""An engine that answers a JSON object a line: started once, asked often."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

from support.engines import engine

Json = dict[str, Any]


class EngineError(Exception):
    """The engine could not do what it was asked."""


class Process:
    """The engine ``name``. Use it as a context manager; it ends with the block."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._process = subprocess.Popen([engine(name)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._loaded: tuple[str, Json] = ("", {})

    @property
    def seconds(self) -> float:
        """The processor time that the engine has taken so far. A busy machine changes it little."""
        user, system = Path(f"/proc/{self._process.pid}/stat").read_text().rsplit(") ", 1)[1].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def ask(self, request: Json) -> Json:
        """The answer to ``request``. Raises `EngineError` where it is an error, or the engine has ended.

        To load what is loaded already costs nothing: the answer is the last load's.
        """
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        text = json.dumps(request)
        if text == self._loaded[0]:
            return self._loaded[1]
        if request["op"] == "load":
            self._loaded = ("", {})
        process.stdin.write(text + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        answer: Json = json.loads(line) if line else {"error": "it has ended"}
        if answer.get("error"):
            raise EngineError(f"{self.name}: {answer['error']}")
        if request["op"] == "load":
            self._loaded = (text, answer)
        return answer

    def results(self, request: Json) -> list[Json]:
        """The ``results`` of the answer to ``request``."""
        results: list[Json] = self.ask(request)["results"]
        return results

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(timeout=30)
