"""The desk: everything that knows Qt, together with `app`.

Screens ask use cases and show what comes back; no rule, no SQL and no file format lives here.
"""
