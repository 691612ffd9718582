"""What is HTTP, between the sockets and the operations.

A request comes in by `listeners` and `connections`, loses the start of its path in
`base_paths`, is read by `request_bodies` and `multipart`, checked by `validation`, and
isn't done twice, thanks to `idempotency`. `results` go out as `responses`, `events` or
`errors`.
"""
