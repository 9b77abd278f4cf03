"""Prints conditions, findings and patches in CEL."""
