"""Every hard or doubtful fact about AWS that is checked before a plan, as a table of refusals."""
