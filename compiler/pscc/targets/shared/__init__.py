"""What several targets share: names, requesters, matching, and choices."""
