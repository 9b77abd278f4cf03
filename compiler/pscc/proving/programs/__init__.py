"""Two programs beside each other, by the solver: what a search for differences has left open, and what it has said.

| module | what it does |
|---|---|
| ``objections`` | to which pods a program objects, as they come, before its defaults are set |
| ``deciding`` | asks the solver where two programs object differently, and puts its pods to the interpreter |
"""
