locals {
  name = "shop"
  port = 3306
}
