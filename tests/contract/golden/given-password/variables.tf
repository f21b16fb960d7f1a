# Only needed where the cluster is made or the version of its password goes up: set TF_VAR_master_password then. Empty, and not null,
# since the provider wants a value beside the version.
variable "master_password" {
  description = "Password of the master user; kept neither in the plan nor in the state."
  type        = string
  default     = ""
  ephemeral   = true
  sensitive   = true
}
