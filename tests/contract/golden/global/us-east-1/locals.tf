locals {
  name = "shop-us-east-1"
  port = 5432
}
