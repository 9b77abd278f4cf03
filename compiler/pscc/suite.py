"""Placeholder until the suite generator lands."""
