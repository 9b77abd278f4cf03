"""What several targets share: names, who asks, matching, and choices."""
