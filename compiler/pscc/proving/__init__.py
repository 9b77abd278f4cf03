"""Proves that an output admits the pods that its source admits, or finds a pod on which they differ: ``pscc prove``.

The files of an output are read back as text, by a reader that shares nothing with the printers.
"""
