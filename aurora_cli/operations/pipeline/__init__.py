"""The way of every change, from what was asked for to the report.

    SpecRequest, ScaleRequest, ...    what the user asked for (commands/)
      -> Operation.decide             looks at the live cluster once: the spec at the end, the order of the steps
      -> SpecChange                   that spec on its way: state read, files written, `terraform init`, `terraform plan -out`
      -> review                       what the plan loses, restarts or exposes (guard/), what the concerns say, and the question:
                                      refused, declined or approved
      -> steps                        each noted in the journal before and after; each applies a spec on the way, and never what
                                      was not approved
      -> reconcile                    the last step, and the only one of create and apply: the spec is stored, its plan applied
      -> fix_provider_gaps            what the provider leaves undone, looked at in AWS
      -> verify                       the next plan is empty, where that is asked for
      -> report                       endpoints and roles as AWS reports them afterwards

run.py       the order of every run, a destroy's too: look, show, ask, do, each in the history
engine.py    carries out an operation; step.py is what it is made of; step_run.py runs the steps; apply.py is create and apply
change.py    one spec on its way; concerns.py lists what varies between changes: instance keys, password, source, Regions, ...
context.py   what steps work with; journal.py what survives a crash; core/recovery.py a Terraform that outlived its command
review.py    builds the review, asks, and refuses what was not approved; verify.py looks at the plan after it

A crash at any moment leaves a stack that the next run understands: the spec, the record and the journal are written before what
they describe, Terraform's state by Terraform itself.
"""
