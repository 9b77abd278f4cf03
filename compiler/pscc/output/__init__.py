"""Outputs: their records, the options of a compile, and writing folders."""
