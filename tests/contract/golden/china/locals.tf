locals {
  name = "dingdan"
  port = 5432
}
