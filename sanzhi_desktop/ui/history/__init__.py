"""The history of a case: what happened, the papers, and what the checks say, in words."""
