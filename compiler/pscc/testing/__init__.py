"""``pscc test``: the cases that a team keeps beside its policy, and whether the policy decides them as they expect."""
