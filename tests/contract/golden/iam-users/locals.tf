locals {
  name = "sessions"
  port = 5432
}
