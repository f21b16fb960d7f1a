"""Rules about the network and who may connect."""
