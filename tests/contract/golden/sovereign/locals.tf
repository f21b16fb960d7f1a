locals {
  name = "akten"
  port = 3306
}
