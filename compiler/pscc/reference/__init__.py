"""The reference meaning of the IR: the interpreter of a policy, and the choice of the policy that admits a request."""
