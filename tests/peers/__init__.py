"""The peers' own suites, run against the interpreter and every engine: ``python -m peers``.

The suites are read from checkouts whose paths are given; nothing of them is kept here but the tables that turn what they
ask into statements of the policy language. `docs/peers.md` has the outcome.
"""
