"""Breaks of what the compiler emits, and of the code that emits it: what an engine does with each, and who notices.

Where `conformance.mutants` breaks what a control means, this breaks what a target prints of it: a condition, a scope, an
exemption, a parameter, a match rule. ``python -m conformance.breaks`` runs both parts.
"""
