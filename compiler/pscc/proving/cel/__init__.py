"""CEL, as it stands in policies: read, and given its meaning as formulas over a pod."""
