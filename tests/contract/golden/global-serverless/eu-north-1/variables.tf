variable "global_cluster_identifier" {
  description = "The global cluster to join."
  type        = string
}

variable "engine_version" {
  description = "Version of the global cluster; a member is made with it."
  type        = string
}

variable "primary" {
  description = "Instances of the primary cluster: they are there before this cluster is made, and go after it."
  type        = list(string)
}
