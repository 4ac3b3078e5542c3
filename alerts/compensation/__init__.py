"""Compensation: who is owed what by a policy, batches that people approve, and what leaks.

We decide, keep the budget and export; others pay.
"""
