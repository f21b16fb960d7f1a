locals {
  name = "shop-imported"
  port = 3306
}
