"""What workloads have to say themselves so that they pass without a policy's defaults, and how it gets into their files."""
