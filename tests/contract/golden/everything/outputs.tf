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

output "connect_policy_arn" {
  description = "Policy that lets its holder sign in as the IAM users of the database."
  value       = aws_iam_policy.connect.arn
}

output "custom_endpoints" {
  description = "Host name of each custom endpoint."
  value       = { for key, endpoint in aws_rds_cluster_endpoint.custom : key => endpoint.endpoint }
}

output "dns_names" {
  description = "Names of our own for the endpoints."
  value = {
    writer = aws_route53_record.writer.fqdn
    reader = aws_route53_record.reader.fqdn
  }
}

output "proxy_endpoint" {
  description = "Host name of the proxy, which follows the writer."
  value       = aws_db_proxy.this.endpoint
}

output "proxy_reader_endpoint" {
  description = "Host name of the proxy's read-only endpoint."
  value       = aws_db_proxy_endpoint.readers.endpoint
}

output "activity_stream" {
  description = "Kinesis stream that holds the events of the activity stream."
  value       = aws_rds_cluster_activity_stream.this.kinesis_stream_name
}

output "kms_key_arn" {
  description = "The stack's own KMS key."
  value       = aws_kms_key.this.arn
}
