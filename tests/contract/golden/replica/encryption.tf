data "aws_kms_key" "storage" {
  key_id = "alias/shop-replica"
}
