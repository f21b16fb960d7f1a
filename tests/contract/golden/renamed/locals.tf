locals {
  # The cluster was renamed: what is around it keeps the former name.
  cluster_name = "shop"
  name         = "orders"
  port         = 5432
}
