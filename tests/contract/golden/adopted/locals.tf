locals {
  name = "ledger"
  port = 5432
}
