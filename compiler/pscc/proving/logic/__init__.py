"""Formulas over pods: how they are built, how many elements of a list they can tell apart, and SMT-LIB for a solver."""
