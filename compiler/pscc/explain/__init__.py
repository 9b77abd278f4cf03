"""Explains sources, lines, codes and controls to people."""
