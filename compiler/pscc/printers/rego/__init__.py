"""Prints checks as Rego, laid out as ``opa fmt`` does it."""
