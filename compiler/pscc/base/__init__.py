"""The base of all other rooms: source texts and their spans, frozen records, and the paths of the package's data."""
