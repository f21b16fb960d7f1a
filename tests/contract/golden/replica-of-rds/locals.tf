locals {
  name = "shop-aurora"
  port = 3306
}
