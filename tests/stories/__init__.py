"""Stories: how outputs live in a cluster, on a real API server with the real webhooks. ``make stories``."""
