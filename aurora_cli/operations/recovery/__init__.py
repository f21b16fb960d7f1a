"""After a run that did not end well: what AWS has and Terraform's state does not is imported before anything is planned.

terraform.recover            a Terraform that outlived its command is followed to its end
state_repair.repair_state    a state that could not be saved, is cut off or is gone: the newest copy counts
import_existing              the plan of the files that were applied names what may exist; what AWS has of it is imported
untaint.keep_survivors       what Terraform would replace since its creation was interrupted, and AWS has completed
"""
