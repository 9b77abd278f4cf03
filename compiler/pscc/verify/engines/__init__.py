"""The engines of ``pscc verify``, one file each. An engine runs the files of a target as a cluster does, and answers for pods.

No file here knows the expected answers: they must not import the interpreter, a control or a target.
"""
