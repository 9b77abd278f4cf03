"""Whether one program admits what another refuses: answered over a finite abstraction, with a pod for each yes.

``fields`` finds what the checks read and which constants they compare it with; ``domains`` makes of the constants one
value for each case that they tell apart; ``search`` looks through all combinations that matter; ``compare`` asks it of
two programs and makes the answer small.
"""
