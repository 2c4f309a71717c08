"""Reads the words of the opinion from `resources/templates/wording.toml`."""

import tomllib
from functools import cache

from sanzhi_desktop import resources
from sanzhi_desktop.application.wording import Wording
from sanzhi_desktop.domain.opinion import Answer, Dimension, Outcome


@cache
def wording() -> Wording:
    """The shipped wording. A missing outcome, answer or dimension raises KeyError: our mistake."""
    data = tomllib.loads(resources.path("templates", "wording.toml").read_text("utf-8"))
    return Wording(
        dimensions={d: data["dimensions"][d.value] for d in Dimension},
        answers={a: data["answers"][a.value] for a in Answer},
        findings=data["findings"],
        openings={o: data["opening"][o.value] for o in Outcome},
        reasons=data["reasons"],
        closings={o: data["closing"][o.value] for o in Outcome},
        reminders={k: tuple(v) for k, v in data["reminders"].items()},
        paper=data["paper"],
        suggestion=data["suggestion"]["default"],
        marks=data["mark"],
    )
