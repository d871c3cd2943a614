"""What runs beside our X12 engine in `bench.x12`: each peer in an environment and a process of its own."""
