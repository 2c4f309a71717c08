"""The rules of the office as a person reads them: one row and one panel per rule."""
