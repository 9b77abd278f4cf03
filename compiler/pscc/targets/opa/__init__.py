"""Plain Rego for OPA and Conftest."""
