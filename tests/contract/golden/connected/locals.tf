locals {
  name = "tickets"
  port = 5432
}
