resource "aws_rds_cluster_activity_stream" "this" {
  resource_arn = aws_rds_cluster.this.arn
  mode         = "async"
  kms_key_id   = aws_kms_key.this.id

  # It needs an instance.
  depends_on = [aws_rds_cluster_instance.this]
}
