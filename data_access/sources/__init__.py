"""Readers of other people's files: canonical frames, and the rows they had to refuse."""
