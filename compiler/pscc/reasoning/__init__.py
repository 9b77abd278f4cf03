"""What follows from policies: which accepts more, where two differ, which defaults contradict."""
