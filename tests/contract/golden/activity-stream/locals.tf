locals {
  name = "claims"
  port = 5432
}
