locals {
  name = "everything"
  port = 5432
}
