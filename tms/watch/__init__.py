"""Is the installation well? What is watched, for people, for load balancers and for metrics."""
