"""Kyverno's ClusterPolicies."""
