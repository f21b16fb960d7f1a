"""The API's calls as functions of a backend and the parameters: checks, states, refusals."""
