"""`python -m aurora_cli`."""

from aurora_cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
