"""An existing cluster under management, without a change to it."""
