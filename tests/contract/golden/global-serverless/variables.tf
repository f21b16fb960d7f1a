variable "master_password" {
  description = "Password of the master user, needed when the cluster is made. Set it by TF_VAR_master_password."
  type        = string
  default     = ""
  ephemeral   = true
  sensitive   = true
}
