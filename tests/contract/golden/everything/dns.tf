resource "aws_route53_record" "writer" {
  zone_id = "Z0123456789ABCDEFGHIJ"
  name    = "everything.db.example.com"
  type    = "CNAME"
  ttl     = 300
  records = [aws_rds_cluster.this.endpoint]
}

resource "aws_route53_record" "reader" {
  zone_id = "Z0123456789ABCDEFGHIJ"
  name    = "everything-ro.db.example.com"
  type    = "CNAME"
  ttl     = 300
  records = [aws_rds_cluster.this.reader_endpoint]
}
