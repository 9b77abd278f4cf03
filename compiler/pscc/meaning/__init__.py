"""From a syntax tree, or PSPs with their RBAC, to the IR: names, scopes, inheritance, choices, the library."""
