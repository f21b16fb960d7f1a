locals {
  name = "booking"
  port = 3306
}
