"""Small sums per day and a few dimensions: what is added up, and how partial sums merge."""
