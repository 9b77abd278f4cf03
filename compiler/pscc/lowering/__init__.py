"""IR to IR, towards what targets print: the rollout, the form of choices, what cannot be set."""
