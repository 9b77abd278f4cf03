"""Whether one program admits what another refuses: answered over a finite abstraction, with a pod for each yes.

``requests`` finds the classes of requests that the two programs tell apart, and ``sides`` what judges each. ``fields`` finds what
the checks read and which constants they compare it with; ``domains`` makes of the constants one value for each case that they
tell apart, and ``copies`` more than one container; ``search`` looks through all combinations that matter. ``admitted`` and
``changed`` ask it, ``witness`` and ``reach`` put each answer to the interpreter, and ``compare`` does all of it for two programs.
"""
