"""The measured fact behind the compiler's promise: the oracle is Kubernetes' own PSP code, and every target is the oracle.

``python -m conformance`` (with ``tests`` on the path; ``make conformance``) runs all of it and writes ``docs/conformance.md``.
"""
