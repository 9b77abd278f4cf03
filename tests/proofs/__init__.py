"""Proofs of many programs, and of outputs that are broken: ``python -m proofs``."""
