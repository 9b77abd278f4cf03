"""What an output is, how it was asked for, and how its folder is written."""
