"""The disagreement on a case: both sides point by point, and every step that settles it."""
