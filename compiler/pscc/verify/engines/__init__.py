"""The engines that outputs are made for, asked about pods: one file an engine, for ``pscc verify``.

An engine runs a target's files as a cluster would and says what it makes of each pod. What it should have said is not
known here: must not import the interpreter, a control or a target.
"""
