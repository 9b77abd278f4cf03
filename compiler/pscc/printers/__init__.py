"""The target languages: IR in, text out. They know IR nodes and no control."""
