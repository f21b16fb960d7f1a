locals {
  name = "insights"
  port = 5432
}
