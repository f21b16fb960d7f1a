locals {
  name = "permits"
  port = 5432
}
