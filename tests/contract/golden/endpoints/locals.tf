locals {
  name = "analytics"
  port = 3306
}
