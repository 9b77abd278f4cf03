"""Ratios of run times, measured in one run: ``python -m bench``."""
