"""Extensions of moto for services other than RDS."""
