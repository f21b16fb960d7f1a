# Credentials come from the environment or a profile, never from a file here.
provider "aws" {
  region = "eusc-de-east-1"

  default_tags {
    tags = {
      "aurora-cli:cluster" = "akten"
    }
  }
}
