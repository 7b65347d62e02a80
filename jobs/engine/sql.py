"""The statements of the hot path, each with its reason. Every other change goes through the ORM.

They are prepared once per connection, so that a claim costs no planning; $n are their parameters.
"""

from jobs.engine.hold_sql import ABOVE, CONTENDERS

# `ready` and `occupies` are generated columns of the job (models/job.py), and the predicates of its partial indexes.
# `(..) IS TRUE` around a condition keeps an index on it out of the plan: the row is found by its key, then checked.

# What is paused: the tables are tiny, and as these depend on no row they are asked once in a statement.
PAUSED_ACTIONS = "ARRAY(SELECT name FROM jobs_pause WHERE kind = 'action')"
PAUSED_CLASSES = """ARRAY(SELECT class.id FROM jobs_pause JOIN workers_capacityclass AS class USING (name)
    WHERE kind = 'class')"""

# 1. Heads: the best ready row of each class, found through the index and NOT locked: locking every head
#    made claims answer "nothing" while work was ready.
# 2. Pick: the best class that yields a row it can lock; all conditions stand again where the row is locked,
#    since it may have changed between the two looks.
# 3. The worker must be the one that this slot was started by, running, with a lease that holds and a capacity
#    that the slot knows: that is how drain, stop, a lost lease and an operator's change end the loops.
# 4. A class that gives way to this worker's hold yields only what has a higher priority than the held job.
# 5. Of a paused class nothing is looked at. The row of a paused action that has not been set aside yet is not taken,
#    and not walked past either: a backlog may stand behind it (engine/set_aside.py).
# 6. A winner that wants locks is not claimed but reported: it starts by engine/lock_sql.py.
_HEADS_AND_PICK = (
    """
heads AS MATERIALIZED (
    SELECT wanted.class_id, head.*, """
    + ABOVE
    + """
    FROM unnest({classes}) AS wanted(class_id),
    LATERAL (SELECT priority, scheduled_at, id FROM jobs_job WHERE ready AND capacity_class_id = wanted.class_id
             ORDER BY priority DESC, scheduled_at, id LIMIT 1) AS head
    WHERE wanted.class_id <> ALL ("""
    + PAUSED_CLASSES
    + """) AND {guard} EXISTS (
        SELECT FROM workers_worker WHERE id = {worker} AND boot_id = {boot} AND state = 'running'
        AND lease_until > clock_timestamp() AND capacity_version = {version})
    ORDER BY head.priority DESC, head.scheduled_at, head.id),
pick AS (
    SELECT locked.* FROM heads,
    LATERAL (SELECT id, locks, action FROM jobs_job WHERE ready AND capacity_class_id = heads.class_id
             AND priority > heads.above
             ORDER BY priority DESC, scheduled_at, id LIMIT 1 FOR UPDATE SKIP LOCKED) AS locked
    WHERE locked.action <> ALL ("""
    + PAUSED_ACTIONS
    + """)
    LIMIT 1),
claimed AS (
    UPDATE jobs_job SET status = 'running', slot = {slot}, worker_id = {worker}, started_at = clock_timestamp(),
        status_changed_at = clock_timestamp()
    WHERE id = (SELECT id FROM pick WHERE locks IS NULL) AND (status = 'waiting') IS TRUE
    RETURNING id, uuid, action, parameters, capacity_class_id, stop_timeout, retries_left, retries_total, next,
        dry_run)
"""
)

# What a slot needs to run a job; the action's configured defaults and the newest class ride along, to save a trip.
CLAIMED_COLUMNS = """claimed.id, claimed.uuid, claimed.action, claimed.parameters, claimed.capacity_class_id,
    claimed.stop_timeout, claimed.retries_left, claimed.retries_total, claimed.next, claimed.dry_run,
    (SELECT parameters FROM jobs_actionconfig WHERE action = claimed.action)"""
_NEWEST_CLASS = "(SELECT max(id) FROM workers_capacityclass)"

# Claim for a slot that owns no reservation. Its classes were counted to fit, under the worker's advisory lock.
# Beside the job it answers which classes had a head, and whether the claimed one has another: whom to ring for;
# in place of a job that wants locks, its id and their names.
CLAIM = f"""PREPARE jobsite_claim (int[], bigint, text, text, int) AS
WITH {_HEADS_AND_PICK.format(classes="$1", worker="$2", boot="$3", slot="$4", version="$5", guard="")}
SELECT {_NEWEST_CLASS}, ARRAY(SELECT class_id FROM heads),
    EXISTS (SELECT FROM jobs_job WHERE ready AND capacity_class_id = claimed.capacity_class_id AND id <> claimed.id),
    (SELECT jsonb_build_array(id, jsonb_path_query_array(locks, '$[*].name')) FROM pick WHERE locks IS NOT NULL),
    {CLAIMED_COLUMNS}
FROM (SELECT) AS one LEFT JOIN claimed ON true"""

# The hand-over: end a job and claim the next in one statement and one commit. The next claim depends on this
# slot's OWN finish (EXISTS fin): without that, capacity was exceeded whenever a rescue came first. The row leaves
# cancel_request only for canceled, whatever the action returned. A job marked with stop_at hands nothing over.
HAND_OVER = f"""PREPARE jobsite_hand_over
    (bigint, text, text, jsonb, jsonb, jsonb, int, bigint, bigint, int[], bigint, text, int) AS
WITH fin AS (
    UPDATE jobs_job SET
        status = CASE status WHEN 'cancel_request' THEN 'canceled' ELSE $3 END,
        result = $4, exception = $5, finished = coalesce($6, finished), change_score = coalesce($7, change_score),
        progress_done = coalesce($8, progress_done), progress_total = coalesce($9, progress_total),
        ended_at = clock_timestamp(), status_changed_at = clock_timestamp()
    WHERE id = $1 AND (slot = $2 AND status IN ('running', 'cancel_request')) IS TRUE
    RETURNING stop_at),
{
    _HEADS_AND_PICK.format(
        classes="$10",
        worker="$11",
        boot="$12",
        slot="$2",
        version="$13",
        guard="EXISTS (SELECT FROM fin WHERE stop_at IS NULL) AND",
    )
}
SELECT (SELECT count(*) FROM fin), EXISTS (SELECT FROM fin WHERE stop_at IS NOT NULL), {_NEWEST_CLASS},
    {CLAIMED_COLUMNS}
FROM (SELECT) AS one LEFT JOIN claimed ON true"""

# One claim at a time counts the worker's capacity. A statement of its own: in the claim's statement the snapshot
# would be older than the lock, and two slots spent the same unit. The savepoint is where a claim goes back to when its
# winner wants locks: it gives up the row and keeps the count.
LOCK_CAPACITY = "BEGIN; SELECT pg_advisory_xact_lock(1836017, %s); SAVEPOINT counted; "

# What the worker holds, and what its occupying rows use: never a counter, so it can not drift.
OCCUPANCY = """PREPARE jobsite_occupancy (bigint, text) AS
SELECT coalesce(capacity_override, capacity), slots, capacity_version,
    state = 'running' AND lease_until > clock_timestamp(),
    (SELECT coalesce(jsonb_object_agg(capacity_class_id, jobs), '{}') FROM
        (SELECT capacity_class_id, count(*) AS jobs FROM jobs_job
         WHERE occupies AND (worker_id = $1) IS TRUE GROUP BY 1) AS used)
FROM workers_worker WHERE id = $1 AND boot_id = $2"""

# All capacity classes, oldest first.
CLASSES = "SELECT id, name, needs FROM workers_capacityclass ORDER BY id"

# Which of these classes have work that could start now: one index probe each.
READY_CLASSES = f"""PREPARE jobsite_ready_classes (int[]) AS
SELECT wanted.class_id FROM unnest($1) AS wanted(class_id)
WHERE wanted.class_id <> ALL ({PAUSED_CLASSES})
AND EXISTS (SELECT FROM jobs_job WHERE ready AND capacity_class_id = wanted.class_id)"""

# Whether a bell that this worker can not use is worth passing on: is there work, and who else is there?
OTHERS = f"""PREPARE jobsite_others (bigint, bigint) AS
SELECT count(*) FROM workers_worker WHERE id <> $1 AND state = 'running' AND lease_until > clock_timestamp()
AND $2 <> ALL ({PAUSED_CLASSES}) AND EXISTS (SELECT FROM jobs_job WHERE ready AND capacity_class_id = $2)"""

# What waits of an action, set aside or not, best first. Compared as rows and ordered by all columns of the index, so
# that no other serves but one by status (while statistics say that its pages hold no rows): no ended row is read.
_WAITING_OF = """FROM jobs_job WHERE status = 'waiting'
    AND (paused, action) >= ({paused}, {action}) AND (paused, action) <= ({paused}, {action})
    ORDER BY paused, action, priority DESC, scheduled_at, id LIMIT {limit}"""
_NEXT_SET_ASIDE = """(SELECT action FROM jobs_job WHERE status = 'waiting' AND (paused, action) > (true, {})
    ORDER BY paused, action LIMIT 1)"""

# Actions whose waiting jobs do not bear the mark that the pauses ask for, and the mark they bear: paused ones with
# jobs that are not set aside, and resumed ones with jobs that are. One index probe for each action, however many wait.
STRAYS = f"""SELECT name AS action, false AS paused FROM jobs_pause,
    LATERAL (SELECT {_WAITING_OF.format(paused="false", action="jobs_pause.name", limit=1)}) AS stray
WHERE kind = 'action'
UNION ALL
SELECT action, true FROM (
    WITH RECURSIVE set_aside(action) AS (
        SELECT {_NEXT_SET_ASIDE.format("''")}
        UNION ALL SELECT {_NEXT_SET_ASIDE.format("set_aside.action")} FROM set_aside WHERE action IS NOT NULL)
    SELECT action FROM set_aside WHERE action IS NOT NULL AND action <> ALL ({PAUSED_ACTIONS})) AS resumed"""

# A batch of them changes the mark. SKIP LOCKED: several may be at it, and what is being claimed is left to its claim.
TURN_STRAYS = f"""WITH batch AS MATERIALIZED (
    SELECT id {_WAITING_OF.format(paused="%(paused)s", action="%(action)s", limit="%(limit)s")} FOR UPDATE SKIP LOCKED),
turned AS (
    UPDATE jobs_job SET paused = NOT paused WHERE id = ANY(ARRAY(SELECT id FROM batch))
    RETURNING capacity_class_id, ready)
SELECT (SELECT count(*) FROM turned), ARRAY(SELECT name FROM workers_capacityclass
    WHERE id IN (SELECT capacity_class_id FROM turned WHERE ready))"""

_SECONDS = "extract(epoch FROM {})::float"

# Scheduled jobs whose time has come. SKIP LOCKED: several workers and beats may promote at once. One batch a time; the
# rest is still due at the next. Taken as an array: on thin statistics a join with the table is planned as a scan of it.
# One that wants locks goes into the line for the first of them, from which the line is woken one by one.
DUE = """due AS (
    UPDATE jobs_job SET due = true, blocked_by = locks -> 0 ->> 'name' WHERE id = ANY (ARRAY(
        SELECT id FROM jobs_job WHERE due_at <= now() ORDER BY due_at LIMIT 1000 FOR UPDATE SKIP LOCKED))
    RETURNING capacity_class_id, blocked_by, ready)"""

# The look: heartbeat, due jobs, new classes, waiting work and what may have to be stopped, in one statement, every
# two seconds per worker, every second while it runs jobs.
LOOK = f"""PREPARE jobsite_look (bigint, text, interval, int[]) AS
WITH beat AS (
    UPDATE workers_worker SET heartbeat_at = clock_timestamp(), lease_until = clock_timestamp() + $3
    WHERE id = $1 AND boot_id = $2 AND state IN ('running', 'draining')
    RETURNING state, coalesce(capacity_override, capacity) AS capacity, slots),
{DUE}
SELECT (SELECT state FROM beat), (SELECT capacity FROM beat), (SELECT slots FROM beat), {_NEWEST_CLASS},
    ARRAY(SELECT DISTINCT capacity_class_id FROM due WHERE ready AND capacity_class_id <> ALL ({PAUSED_CLASSES})),
    ARRAY(SELECT wanted.class_id FROM unnest($4) AS wanted(class_id)
          WHERE wanted.class_id <> ALL ({PAUSED_CLASSES})
          AND EXISTS (SELECT FROM jobs_job WHERE ready AND capacity_class_id = wanted.class_id)),
    (SELECT coalesce(jsonb_object_agg(capacity_class_id, jobs), '{{}}') FROM
        (SELECT capacity_class_id, count(*) AS jobs FROM jobs_job
         WHERE occupies AND (worker_id = $1) IS TRUE GROUP BY 1) AS used),
    ARRAY(SELECT slot FROM jobs_job WHERE occupies AND (worker_id = $1) IS TRUE),
    EXISTS (SELECT FROM workers_worker WHERE state IN ('running', 'draining') AND lease_until < clock_timestamp()),
    (SELECT extract(epoch FROM min(due_at) - clock_timestamp())::float FROM jobs_job WHERE due_at > now()),
    ARRAY(SELECT jsonb_build_object('id', id, 'slot', slot, 'action', action, 'status', status,
              'changed_for', {_SECONDS.format("clock_timestamp() - status_changed_at")},
              'running_for', {_SECONDS.format("clock_timestamp() - started_at")},
              'marked_for', {_SECONDS.format("clock_timestamp() - stop_at")},
              'deadline', {_SECONDS.format("deadline")}, 'stop_timeout', {_SECONDS.format("stop_timeout")},
              'forced', forced_at IS NOT NULL)
          FROM jobs_job WHERE occupies AND (worker_id = $1) IS TRUE
          AND (status <> 'running' OR deadline IS NOT NULL OR stop_at IS NOT NULL OR forced_at IS NOT NULL) IS TRUE),
    {CONTENDERS},
    ARRAY(SELECT DISTINCT blocked_by FROM due WHERE blocked_by IS NOT NULL),
    EXISTS (SELECT FROM jobs_job WHERE blocked_by IS NOT NULL AND NOT paused),
    EXISTS ({STRAYS})"""

# Lines of a running job's log. Only its own slot may add to it. A batch whose commit got no answer is sent again:
# its lines may be there already.
ADD_LOG_LINES = """INSERT INTO jobs_joblog (job_id, line_number, data)
SELECT %(job)s, line.number, line.data FROM unnest(%(numbers)s::int[], %(lines)s::text[]) AS line(number, data)
WHERE EXISTS (SELECT FROM jobs_job WHERE id = %(job)s AND slot = %(slot)s)
ON CONFLICT (job_id, line_number) DO NOTHING"""

# Progress of a running job; its answer tells whether the job was asked to stop.
REPORT = """UPDATE jobs_job SET finished = coalesce(%(finished)s::jsonb, finished),
    progress_done = coalesce(%(done)s, progress_done), progress_total = coalesce(%(total)s, progress_total),
    change_score = coalesce(%(score)s, change_score), reported_at = clock_timestamp()
WHERE id = %(job)s AND slot = %(slot)s AND status IN ('running', 'cancel_request') RETURNING status"""

STATUS_OF_OWN = "SELECT status FROM jobs_job WHERE id = %(job)s AND slot = %(slot)s"

# After a broken connection: which row does this slot own? A commit without an answer may have happened.
OWN_ROW = """SELECT id, uuid, action, parameters, capacity_class_id, stop_timeout, retries_left, retries_total, next,
    dry_run,
    (SELECT parameters FROM jobs_actionconfig WHERE action = jobs_job.action),
    (SELECT coalesce(jsonb_object_agg(name, fence), '{}') FROM locks_joblock WHERE job_id = jobs_job.id)
FROM jobs_job WHERE occupies AND slot = %s"""

# What a retry takes over from the attempt before it; every other column starts anew.
INHERITED = """action, parameters, dry_run, capacity_map, priority, locks, retries_total, deadline_text,
    deadline, stop_timeout_text, stop_timeout, next, comment, ticket_ref, scheduled_by, cron_id, sealed_with"""

# The next attempt, as a new row beside the ended one, which names it. The status is asked here, in the transaction
# that ended the row: a cancel may have come before that end, and what is done or canceled is never run again.
# A retry of a retry still names the original. One that a person made before stays named as the next.
# One that is due at once and wants locks begins in the line for the first of them.
# Its class is that of the ended row, which kept it until now; one that ended before may have lost it, and is told.
RETRY = f"""WITH made AS (
    INSERT INTO jobs_job ({INHERITED}, capacity_class_id, uuid, retry_from_id, retries_left, status, due, blocked_by,
        paused, created_at, scheduled_at, status_changed_at)
    SELECT {INHERITED}, coalesce(%(class_id)s, capacity_class_id), %(uuid)s, coalesce(retry_from_id, id),
        CASE WHEN %(afresh)s THEN retries_total ELSE retries_left - 1 END, 'waiting', %(wait)s <= interval '0',
        CASE WHEN %(wait)s <= interval '0' THEN locks -> 0 ->> 'name' END, action = ANY ({PAUSED_ACTIONS}),
        clock.now, clock.now + %(wait)s, clock.now
    FROM jobs_job, (SELECT clock_timestamp() AS now) AS clock
    WHERE id = %(job)s AND status = ANY(%(after)s) AND (%(afresh)s OR (retries_left > 0 AND next_job_id IS NULL))
    RETURNING id, capacity_class_id, blocked_by)
UPDATE jobs_job SET next_job_id = coalesce(next_job_id, made.id) FROM made WHERE jobs_job.id = %(job)s
RETURNING made.id, jobs_job.uuid, (SELECT name FROM workers_capacityclass WHERE id = made.capacity_class_id),
    made.blocked_by"""

PREPARED = (CLAIM, HAND_OVER, OCCUPANCY, READY_CLASSES, OTHERS, LOOK)
