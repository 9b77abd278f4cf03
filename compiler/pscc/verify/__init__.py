"""Outputs held against their source, on the real engines."""
