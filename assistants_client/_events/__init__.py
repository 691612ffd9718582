"""Events of a run's stream: parsed, accumulated, dispatched; no I/O."""
