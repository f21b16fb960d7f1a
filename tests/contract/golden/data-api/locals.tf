locals {
  name = "notes"
  port = 5432
}
