locals {
  name = "smallest"
  port = 5432
}
