locals {
  name = "previews"
  port = 5432
}
