locals {
  name = "booking-eu-north-1"
  port = 3306
}
