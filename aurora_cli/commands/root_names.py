"""Names of the program that more than one command needs."""

PROGRAM = "aurora-cli"
COMPLETE_VARIABLE = "_AURORA_CLI_COMPLETE"
