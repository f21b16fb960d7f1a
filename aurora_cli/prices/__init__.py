"""What a cluster costs: AWS's list prices as a table, how that table is read from AWS's own files, and the estimate.

All money is `Decimal`, in US dollars. A price or a quantity that is not known is None all the way to the output, never 0.
"""
