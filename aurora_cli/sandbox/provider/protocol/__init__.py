"""Terraform's plugin protocol: values, schemas, the gRPC service, the handshake."""
