locals {
  name = "shop-eu-central-1"
  port = 5432
}
