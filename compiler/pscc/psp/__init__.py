"""PodSecurityPolicy as the cluster writes it: YAML with spans, Kubernetes objects, the PSP's schema, RBAC."""
