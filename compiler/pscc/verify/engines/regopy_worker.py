"""The process in which regopy runs: ``{"modules": [[path, text], …], "inputs": […]}`` in, a line for each input out."""

from __future__ import annotations

import json
import sys

from regopy import Interpreter, RegoError

_VARIABLE = "main"


def main() -> None:
    """Answer the request on stdin; a failure is one line on stderr and exit code 1."""
    request = json.load(sys.stdin)
    try:
        interpreter = Interpreter()
        for path, text in request["modules"]:
            interpreter.add_module(path, text)
        # compiled once: a query of its own for each input compiles every module again
        bundle = interpreter.build(f"{_VARIABLE} = data.main")
        for document in request["inputs"]:
            interpreter.set_input(document)
            output = interpreter.query_bundle(bundle)
            if not output.results:
                sys.exit(str(output))
            print(json.dumps(output.results[0].bindings.get(_VARIABLE)))
    except RegoError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
