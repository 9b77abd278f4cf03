"""Controls that are not the compiler's: what CONTRIBUTING's "Add a control" asks for, and nothing else."""
