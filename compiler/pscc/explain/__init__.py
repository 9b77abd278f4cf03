"""What a source, a line, a code or a control means, for people."""
