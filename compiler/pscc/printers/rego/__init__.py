"""Prints checks in Rego, and lays it out as OPA does."""
