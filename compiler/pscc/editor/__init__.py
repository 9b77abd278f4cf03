"""``pscc lsp``: what ``check``, ``explain``, ``show`` and ``fmt`` say, for editors, by the Language Server Protocol.

Needs pygls: the extra ``pscc-compiler[lsp]``.
"""
