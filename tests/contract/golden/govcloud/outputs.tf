output "cluster_identifier" {
  value = aws_rds_cluster.this.cluster_identifier
}

output "cluster_arn" {
  value = aws_rds_cluster.this.arn
}

output "writer_endpoint" {
  description = "Host name that follows the writer."
  value       = aws_rds_cluster.this.endpoint
}

output "reader_endpoint" {
  description = "Host name that spreads connections over the readers."
  value       = aws_rds_cluster.this.reader_endpoint
}

output "port" {
  value = aws_rds_cluster.this.port
}

output "database" {
  value = aws_rds_cluster.this.database_name
}

output "engine" {
  value = aws_rds_cluster.this.engine
}

output "engine_version" {
  description = "Version that runs, in full."
  value       = aws_rds_cluster.this.engine_version_actual
}

output "secret_arn" {
  description = "Secret in Secrets Manager that holds the master user's name and password."
  value       = one(aws_rds_cluster.this.master_user_secret[*].secret_arn)
}

output "vpc_id" {
  value = aws_vpc.this.id
}

output "security_group_id" {
  value = aws_security_group.this.id
}

output "instance_identifiers" {
  description = "Identifier of each instance by its key; roles change, so ask AWS for them."
  value       = { for key, instance in aws_rds_cluster_instance.this : key => instance.identifier }
}

output "kms_key_arn" {
  description = "The stack's own KMS key."
  value       = aws_kms_key.this.arn
}
