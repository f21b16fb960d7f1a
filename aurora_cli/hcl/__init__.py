"""Terraform from a spec: `render.render_stack`. Values enter HCL through `literal.to_hcl` alone."""
