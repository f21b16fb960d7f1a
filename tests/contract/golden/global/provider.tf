# Credentials come from the environment or a profile, never from a file here.
provider "aws" {
  region = "eu-west-1"

  default_tags {
    tags = {
      "team"               = "shop"
      "aurora-cli:cluster" = "shop"
    }
  }
}

provider "aws" {
  alias  = "eu_central_1"
  region = "eu-central-1"

  default_tags {
    tags = {
      "team"               = "shop"
      "aurora-cli:cluster" = "shop"
    }
  }
}

provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"

  default_tags {
    tags = {
      "team"               = "shop"
      "aurora-cli:cluster" = "shop"
    }
  }
}
