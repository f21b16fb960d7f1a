locals {
  name = "warehouse"
  port = 3306
}
