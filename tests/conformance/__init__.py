"""The measured fact behind the promise: the interpreter is Kubernetes' own PSP code, and every target is the interpreter.

``python -m conformance`` (with ``tests`` on the path; ``make conformance``) runs all of it and writes ``docs/conformance.md``.
"""
