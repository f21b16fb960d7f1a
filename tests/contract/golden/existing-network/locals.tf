locals {
  name = "billing"
  port = 5432
}
