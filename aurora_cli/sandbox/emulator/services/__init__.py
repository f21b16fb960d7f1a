"""What AWS does and moto does not, for services beside RDS."""
