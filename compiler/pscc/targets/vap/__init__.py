"""Kubernetes' own admission policies."""
