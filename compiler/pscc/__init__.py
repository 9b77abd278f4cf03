"""pscc: compiles Kubernetes pod security policies for the engines that enforce them."""

__version__ = "0.1.0"
