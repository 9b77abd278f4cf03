"""Compares two programs: a finite search for pods that one admits and the other refuses, with a witness for each difference.

| module | what it does |
|---|---|
| ``requests`` | finds the classes of requests that the two programs treat differently |
| ``sides`` | the policies and choices of one program that judge a class |
| ``fields`` | finds the fields that checks read, and the constants that they compare them with |
| ``domains`` | makes one value of a field for each case that the constants distinguish, and pods of such values |
| ``copies`` | pods with more than one container |
| ``search`` | tries all combinations of values that matter |
| ``admitted``, ``changed`` | search for pods that are judged, or changed, differently |
| ``witness``, ``reach`` | confirm each pod with the interpreter, and find the requests it holds for |
| ``compare`` | does all of it for two programs |
"""
