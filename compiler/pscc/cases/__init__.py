"""The pods that probe a policy's boundaries: its suite, and pods drawn by seed for ``pscc verify`` and the conformance tests."""
