"""What the IR means: the interpreter of a policy, and which policy of a choice admits a request."""
