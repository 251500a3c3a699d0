# suite
