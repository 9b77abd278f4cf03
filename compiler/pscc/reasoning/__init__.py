"""Compares programs and policies: which accepts more, how two differ, which defaults contradict each other."""
