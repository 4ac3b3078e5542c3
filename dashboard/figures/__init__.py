"""Pure figures: frames and words in, plotly figures out. No query, no clock, no theme argument.

Colours are CSS variables written literally (`var(--aw-accent)`); the browser fills them in.
"""
