"""Gatekeeper: ConstraintTemplates in Rego or CEL, constraints, mutators."""
