"""The search for the best params of an estimator: spaces, samplers, trials, and the stage."""
