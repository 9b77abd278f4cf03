"""Kyverno's ValidatingPolicies and MutatingPolicies."""
