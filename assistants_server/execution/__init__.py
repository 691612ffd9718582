"""What carries runs, from queued to their end, whoever asked for them.

`scheduler` starts, resumes and cancels run tasks; a `run_task` asks its engine turn by
turn: `turn_context` is what the engine gets, `engine_turn` calls it, and `turn_writer`
stores what comes out. `slots` bound how many turns go on at once. `presence` and
`followers` are for other processes on the store, `replays` for clients that ask twice.
"""
