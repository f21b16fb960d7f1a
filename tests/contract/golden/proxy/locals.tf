locals {
  name = "storefront"
  port = 5432
}
