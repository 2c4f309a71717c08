"""Attachments of a shared office behind the one port: database chunks and object stores.

The folder of one PC is in `persistence.files`.
"""
