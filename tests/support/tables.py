"""Tables that a test records to be shown at the end of the run."""

TABLE = "table"
"""The property of a test whose text is shown, whichever process the test ran in."""
