"""What everything stands on: source texts and their spans, the project's data classes, where the package's data lies."""
