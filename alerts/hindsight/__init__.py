"""How things stood at an earlier moment, from the event log.

A row says how things are now; the log says when they became so. What was said after the moment was
not known at it: a verdict given later, a level raised later. A report as of that moment must not
tell it, or it would say something else each time it is made.
"""
