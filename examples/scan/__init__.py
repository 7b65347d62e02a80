"""Blobs by their SHA256, and what is in them, read without trusting a byte."""
