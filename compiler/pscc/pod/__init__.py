"""Pods: manifests as a webhook sees them, and the fields that a pod has."""
