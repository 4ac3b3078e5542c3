"""Readers of other people's files: each gives frames of canonical columns and the rows it refused."""
