locals {
  name = "shop-replica"
  port = 3306
}
