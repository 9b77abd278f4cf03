"""The facts of ``pscc report``: what becomes of each workload of a cluster, here and on each target. Text is made at the edge."""
