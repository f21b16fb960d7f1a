"""The actions of the RDS API as functions of a backend and the parameters: validation, states, errors."""
