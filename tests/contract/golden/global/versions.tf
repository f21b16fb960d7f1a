terraform {
  # 1.11 brought arguments that are only written, to Terraform and to OpenTofu.
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}
