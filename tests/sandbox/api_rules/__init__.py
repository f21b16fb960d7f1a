"""Each rule of the spec as a call that says the same to the API, with the error of AWS; or the reason why no call can."""
