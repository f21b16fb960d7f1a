locals {
  name = "checkout"
  port = 5432
}
