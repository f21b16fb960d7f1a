"""The state: moto's resources with AWS's values, and the tables and rules that they follow. Knows no backend of ours."""
