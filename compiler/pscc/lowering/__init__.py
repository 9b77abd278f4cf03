"""IR to IR, from the program of a source to one that a target can print: rollout, form of choices, shortfalls."""
