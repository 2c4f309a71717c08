"""The functions of PostgreSQL, generated from the workflow table and the effects.

Lives here: the schemas, the frame of `api.act` and `api.act_office`, one inner function per
action, the grants. Must not: rules of its own; a guard is said once, in `case_effects` or
`office_effects`.
"""

SCHEMAS = ""


def functions() -> str:
    """CREATE FUNCTION of everything that writes."""
    return ""


def grants() -> str:
    """Who may read and call what."""
    return ""
