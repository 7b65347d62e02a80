"""The statements of named locks, each with its reason. The order is always: name rows, sorted; then job rows.

A job that wants locks begins in the LINE for the first of them (`blocked_by`), outside the ready index. A lock that
could be taken WAKES the best of its line, one for each capacity class, since a job that no worker can hold must not
stand in the others' way. A woken job is ready; the claim reports it, and then it ACQUIRES all its locks or none.
"""

from jobs.engine.sql import CLAIMED_COLUMNS

# The mutex of a lock: whoever takes it, frees it or wakes its line holds these rows. Always a statement of its own: the
# next one has a snapshot that is younger than the mutex. Never asked for by who holds a job's row.
LOCK_NAMES = """INSERT INTO locks_lockname (name, fence)
SELECT name, 0 FROM unnest(%(names)s::text[]) AS name ORDER BY name ON CONFLICT DO NOTHING;
SELECT FROM locks_lockname WHERE name = ANY(%(names)s) ORDER BY name FOR UPDATE; """

# The names of the locks that these jobs hold: what is to be locked before their rows are.
LOCKS_OF_JOBS = "SELECT DISTINCT name FROM locks_joblock WHERE job_id = ANY(%(jobs)s)"

# Rank in a line is rank at the claim.
_BEFORE = """({0}.priority > {1}.priority OR {0}.priority = {1}.priority
    AND ({0}.scheduled_at, {0}.id) < ({1}.scheduled_at, {1}.id))"""

# The best of each capacity class in the line for a lock. The classes are found by jumping from one to the next in the
# index, so the cost goes with the number of classes and not with the length of the line.
_LINE = """LATERAL (
    WITH RECURSIVE in_line AS (
        (SELECT capacity_class_id AS class_id FROM jobs_job WHERE blocked_by = {name} AND NOT paused
         ORDER BY capacity_class_id LIMIT 1)
        UNION ALL
        SELECT (SELECT capacity_class_id FROM jobs_job WHERE blocked_by = {name} AND NOT paused
                AND capacity_class_id > in_line.class_id ORDER BY capacity_class_id LIMIT 1)
        FROM in_line WHERE in_line.class_id IS NOT NULL)
    SELECT first.* FROM in_line,
    LATERAL (SELECT id, capacity_class_id, priority, scheduled_at, locks FROM jobs_job
             WHERE blocked_by = {name} AND NOT paused AND capacity_class_id = in_line.class_id
             ORDER BY priority DESC, scheduled_at, id LIMIT {limit}) AS first)"""

# Who could be woken from the lines for these names: nobody while an exclusive holder has the lock; beside shared ones
# only who shares, and not past a better one that excludes. A class of whose line somebody was woken and has not started
# wakes nobody else, so that of any number of waiters one is in the claims' way.
_CALLED = f"""
heads AS MATERIALIZED (
    SELECT wanted.name, head.id, head.capacity_class_id, head.priority, head.scheduled_at, need.mode
    FROM (SELECT asked.name FROM unnest({{names}}) AS asked(name) WHERE NOT EXISTS (
        SELECT FROM locks_joblock AS holder WHERE holder.name = asked.name AND holder.mode = 'exclusive')) AS wanted,
    {_LINE.format(name="wanted.name", limit=1)} AS head,
    LATERAL jsonb_to_recordset(head.locks) AS need(name text, mode text)
    WHERE need.name = wanted.name),
called AS (
    SELECT heads.id, heads.name FROM heads
    WHERE NOT EXISTS (SELECT FROM jobs_job WHERE ready AND woken_for = heads.name
                      AND capacity_class_id = heads.capacity_class_id)
    AND (NOT EXISTS (SELECT FROM locks_joblock AS holder WHERE holder.name = heads.name)
         OR heads.mode = 'shared' AND NOT EXISTS (
             SELECT FROM heads AS other WHERE other.name = heads.name AND other.mode = 'exclusive'
             AND {_BEFORE.format("other", "heads")})))"""

# SKIP LOCKED: who wakes holds names and waits for no job. A row that somebody is changing is left to the sweep.
_WOKEN = f"""{_CALLED},
free_to_change AS (
    SELECT job.id, called.name FROM called JOIN jobs_job AS job ON job.id = called.id
    WHERE (job.blocked_by = called.name) IS TRUE FOR UPDATE OF job SKIP LOCKED),
woken AS (
    UPDATE jobs_job SET blocked_by = NULL, woken_for = free_to_change.name FROM free_to_change
    WHERE jobs_job.id = free_to_change.id RETURNING capacity_class_id)"""

# Wake the lines for these names, whose rows are locked. Answers the classes that have work now: whom to ring for.
WAKE = f"""WITH {_WOKEN.format(names="%(names)s::text[]")}
SELECT DISTINCT woken.capacity_class_id, workers_capacityclass.name
FROM woken JOIN workers_capacityclass ON workers_capacityclass.id = woken.capacity_class_id"""

# Of these names, those whose line could be woken: asked without any lock, so that a held lock costs its waiters' kin
# nothing. Who it names is asked again under the names' mutex.
WAKEABLE = f"WITH {_CALLED.format(names='%(names)s::text[]')} SELECT DISTINCT name FROM called ORDER BY name"

# Names that have a line, behind `after`: jumping through the index from one to the next.
LINES = """WITH RECURSIVE line AS (
    (SELECT blocked_by AS name FROM jobs_job WHERE blocked_by > %(after)s AND NOT paused ORDER BY blocked_by LIMIT 1)
    UNION ALL
    SELECT (SELECT blocked_by FROM jobs_job WHERE blocked_by > line.name AND NOT paused ORDER BY blocked_by LIMIT 1)
    FROM line WHERE line.name IS NOT NULL)
SELECT name FROM line WHERE name IS NOT NULL LIMIT %(limit)s"""

# Who in a line is not to be passed: a better one of the same class, or of any class while holders share the lock, since
# those who share would go on for ever.
_NOT_TO_BE_PASSED = f"""({{shared}} OR head.capacity_class_id = me.capacity_class_id)
    AND {_BEFORE.format("head", "me")}"""

# Take all locks of a ready job, or put it into the line for the first that it can not have. Its names are locked.
# It can not have a lock that somebody holds who excludes it, or that it would exclude; nor pass a better one in line.
# The conditions of the claim stand here again: the worker may have been told to drain meanwhile.
ACQUIRE = f"""PREPARE jobsite_acquire (bigint, text, bigint, text, int) AS
WITH me AS MATERIALIZED (
    SELECT id, capacity_class_id, priority, scheduled_at, locks FROM jobs_job
    WHERE id = $1 AND (ready AND status = 'waiting') IS TRUE AND EXISTS (
        SELECT FROM workers_worker WHERE id = $3 AND boot_id = $4 AND state = 'running'
        AND lease_until > clock_timestamp() AND capacity_version = $5)
    FOR UPDATE),
want AS MATERIALIZED (
    SELECT need.name, need.mode, EXISTS (SELECT FROM locks_joblock AS holder WHERE holder.name = need.name) AS shared,
        EXISTS (SELECT FROM locks_joblock AS holder WHERE holder.name = need.name
                AND 'exclusive' IN (holder.mode, need.mode)) AS held
    FROM me, LATERAL jsonb_to_recordset(me.locks) AS need(name text, mode text)),
refused AS MATERIALIZED (
    SELECT want.name FROM want, me
    WHERE want.held OR EXISTS (
        SELECT FROM {_LINE.format(name="want.name", limit=1)} AS head
        WHERE {_NOT_TO_BE_PASSED.format(shared="want.shared")})
    ORDER BY want.held DESC, want.name LIMIT 1),
fenced AS (
    UPDATE locks_lockname SET fence = fence + 1 FROM want
    WHERE locks_lockname.name = want.name AND NOT EXISTS (SELECT FROM refused)
    RETURNING want.name, want.mode, locks_lockname.fence),
held AS (
    INSERT INTO locks_joblock (name, job_id, mode, fence, acquired_at)
    SELECT fenced.name, me.id, fenced.mode, fenced.fence, clock_timestamp() FROM fenced, me),
blocked AS (
    UPDATE jobs_job SET blocked_by = refused.name FROM refused, me WHERE jobs_job.id = me.id)
UPDATE jobs_job SET status = 'running', slot = $2, worker_id = $3, started_at = clock_timestamp(),
    status_changed_at = clock_timestamp()
FROM me WHERE jobs_job.id = me.id AND NOT EXISTS (SELECT FROM refused)"""

# After it: the job if it is this slot's now, with its fences. And whom it wakes: who was refused leaves its other lines
# to the next, and who shares a lock brings along the next who shares it.
ACQUIRED = f"""PREPARE jobsite_acquired (bigint, text, text[]) AS
WITH {_WOKEN.format(names="$3")}
SELECT ARRAY(SELECT DISTINCT capacity_class_id FROM woken), {CLAIMED_COLUMNS},
    (SELECT jsonb_object_agg(name, fence) FROM locks_joblock WHERE job_id = claimed.id)
FROM (SELECT) AS one LEFT JOIN jobs_job AS claimed
ON claimed.id = $1 AND (claimed.slot = $2 AND claimed.occupies) IS TRUE"""

# Before the end of a job, in its transaction: give up its locks, if the end will be this slot's. Nobody ends a job that
# holds locks without their names, so what is true here is true at the end. A tombstone keeps its locks until it goes.
RELEASE = """DELETE FROM locks_joblock WHERE job_id = %(job)s AND EXISTS (
    SELECT FROM jobs_job WHERE id = %(job)s
    AND (slot = %(slot)s AND status IN ('running', 'cancel_request')) IS TRUE); """

# After it: whom that wakes, and whether a person wants the job run once more.
RELEASED = f"""PREPARE jobsite_released (bigint, text[]) AS
WITH {_WOKEN.format(names="$2")}
SELECT ARRAY(SELECT DISTINCT capacity_class_id FROM woken), (SELECT retry_asked FROM jobs_job WHERE id = $1)"""

# The line for a lock in the order of claims, whoever was woken from it included; at most `limit` of each class.
_WAITERS = f"""SELECT job.id FROM (
    SELECT first.id, first.priority, first.scheduled_at, {{name}} AS blocked_by
    FROM {_LINE.format(name="{name}", limit="%(limit)s")} AS first
    UNION ALL
    SELECT id, priority, scheduled_at, NULL FROM jobs_job WHERE ready AND woken_for = {{name}}) AS job
ORDER BY job.blocked_by IS NOT NULL, job.priority DESC, job.scheduled_at, job.id LIMIT %(limit)s"""
WAITERS = _WAITERS.format(name="%(name)s")

# The same for several locks at once.
FIRST_WAITERS = f"""SELECT wanted.name, waiter.id
FROM unnest(%(names)s::text[]) AS wanted(name), LATERAL ({_WAITERS.format(name="wanted.name")})
AS waiter"""

# How many stand before a job in its line, counted up to `limit` in each class.
AHEAD = f"""SELECT count(*) FROM jobs_job AS me, {_LINE.format(name="me.blocked_by", limit="%(limit)s")} AS other
WHERE me.id = %(job)s AND {_BEFORE.format("other", "me")}"""

# The best of those that a job may not pass, and for which lock. For the reasons of waiting.
IN_FRONT = f"""SELECT (SELECT uuid FROM jobs_job WHERE id = head.id), need.name
FROM jobs_job AS me, LATERAL jsonb_to_recordset(me.locks) AS need(name text),
    {_LINE.format(name="need.name", limit=1)} AS head
WHERE me.id = %(job)s AND {
    _NOT_TO_BE_PASSED.format(shared="EXISTS (SELECT FROM locks_joblock AS holder WHERE holder.name = need.name)")
}
ORDER BY head.priority DESC, head.scheduled_at, head.id LIMIT 1"""

# How long each line is, counted up to `limit`.
LENGTHS = """SELECT wanted.name, (SELECT count(*) FROM (
    SELECT FROM jobs_job WHERE blocked_by = wanted.name AND NOT paused LIMIT %(limit)s) AS line)
FROM unnest(%(names)s::text[]) AS wanted(name)"""

PREPARED = (ACQUIRE, ACQUIRED, RELEASED)
