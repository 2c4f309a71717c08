"""Reads decisions and submissions: file → text with places → fields with places and warnings.

The public door is `sanzhi_desktop.documents.read.submission`. Nothing here writes, runs anything
it finds in a file, or decides whether a field is right: a person confirms every value.
"""
