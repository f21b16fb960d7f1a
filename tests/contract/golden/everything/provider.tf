# Credentials come from the environment or a profile, never from a file here.
provider "aws" {
  region = "eu-west-1"

  assume_role {
    role_arn     = "arn:aws:iam::123456789012:role/database-admin"
    external_id  = "platform-team"
    session_name = "aurora-cli"
  }

  default_tags {
    tags = {
      "team"               = "platform"
      "aurora-cli:cluster" = "everything"
    }
  }
}
