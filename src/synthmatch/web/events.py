"""A job's progress as server-sent events: the whole state after each change, so that nothing can be missed."""

import asyncio
from collections.abc import AsyncIterator

from synthmatch.web import views
from synthmatch.web.jobs import ENDED
from synthmatch.web.server_state import ServerState

#: How often a change is looked for, and how often a quiet connection gets a sign of life.
_LOOK_SECONDS, _ALIVE_SECONDS = 0.1, 10.0


async def events(job_id: str, server: ServerState, seen_version: int) -> AsyncIterator[str]:
    """Events ``job`` with the state as JSON and the version as id, until the job ends or the server does.

    `seen_version` is what a connection that broke had last (Last-Event-ID): a state of that version is not sent again,
    unless it is the last.
    """
    job = server.jobs.store.get(job_id)
    quiet_seconds = 0.0
    while not server.closing:
        if job.version != seen_version or job.ended:
            state = await asyncio.to_thread(views.job, job, server)
            seen_version, quiet_seconds = state.version, 0.0
            yield f"id: {state.version}\nevent: job\ndata: {state.model_dump_json()}\n\n"
            if state.state in ENDED:
                return
        elif quiet_seconds >= _ALIVE_SECONDS:
            quiet_seconds = 0.0
            server.jobs.store.find(job_id)  # a job that is watched does not expire
            yield ": still there\n\n"
        await asyncio.sleep(_LOOK_SECONDS)
        quiet_seconds += _LOOK_SECONDS
