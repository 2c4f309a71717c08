"""Sanzhi Desktop (三制法审): legal review of major administrative enforcement decisions."""

__version__ = "0.1.0"
