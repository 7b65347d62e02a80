"""The parts of the hot statements that are about holds, each with its reason. They cost one index probe without one."""

# The holds that count: one whose job is not ready, or whose class is paused, keeps nothing from anybody. So a stale
# row costs nobody a moment, whenever it is cleaned up. LIMIT 1 has the job found by its key: a join, planned on an
# empty table, read all of it.
KEPT = """SELECT hold.worker_id, hold.slot_missing, held.*, class.needs FROM jobs_hold AS hold,
    LATERAL (SELECT id, uuid, priority, scheduled_at, capacity_class_id AS class_id FROM jobs_job
             WHERE id = hold.job_id AND (ready) IS TRUE LIMIT 1) AS held,
    LATERAL (SELECT needs FROM workers_capacityclass WHERE id = held.class_id AND NOT EXISTS (
             SELECT FROM jobs_pause WHERE kind = 'class' AND name = workers_capacityclass.name) LIMIT 1) AS class"""

# Who gives way: every class that shares a type with the held job, or all while it lacks a slot. Not its own class: its
# head is the held job, or before it in line and of the same needs.
_GIVES_WAY = """kept.class_id <> {class_id} AND (kept.slot_missing OR jsonb_exists_any(
        (SELECT needs FROM workers_capacityclass WHERE id = {class_id}),
        ARRAY(SELECT jsonb_object_keys(kept.needs))))"""

# The claims' part: a class that gives way yields only what has a higher priority than the held job. -101 is below all.
ABOVE = f"""coalesce(
            (SELECT kept.priority FROM kept WHERE {_GIVES_WAY.format(class_id="wanted.class_id")}), -101) AS above"""

# For each worker whose hold concerns a job: for which job is its capacity kept, another or this one?
HOLDS_ABOUT = f"""SELECT kept.worker_id, kept.uuid FROM ({KEPT}) AS kept, jobs_job AS waits
WHERE waits.id = %s AND (kept.id = waits.id
    OR waits.priority <= kept.priority AND {_GIVES_WAY.format(class_id="waits.capacity_class_id")})"""

_SECONDS_SINCE = "extract(epoch FROM clock_timestamp() - {})::float"
_CONTENDER = (
    "jsonb_build_object('job', {job}.id, 'class_id', {job}.class_id, 'priority', {job}.priority, 'waited', "
    + _SECONDS_SINCE.format("{job}.scheduled_at")
    + ")"
)

# The look's part, by which a worker ($1) decides its hold, of the classes $4:
# 1. The best ready job of each class, in the order of claims. One that another worker holds for is left to it, and
#    the next in line takes its place: several big jobs of one class may be waited for at once, each at one worker.
# 2. Its own hold, with no contender when that has lost its job.
# 3. Of each class that it runs, for how long the newest has run.
CONTENDERS = f"""ARRAY(SELECT {_CONTENDER.format(job="head")} FROM unnest($4) AS wanted(class_id),
          LATERAL (SELECT id, capacity_class_id AS class_id, priority, scheduled_at FROM jobs_job
                   WHERE ready AND capacity_class_id = wanted.class_id AND (EXISTS (
                       SELECT FROM jobs_hold WHERE job_id = jobs_job.id AND worker_id <> $1)) IS NOT TRUE
                   ORDER BY priority DESC, scheduled_at, id LIMIT 1) AS head
          WHERE NOT EXISTS (SELECT FROM jobs_pause JOIN workers_capacityclass AS class USING (name)
                            WHERE kind = 'class' AND class.id = wanted.class_id)
          ORDER BY head.priority DESC, head.scheduled_at, head.id),
    (SELECT jsonb_build_object('job', hold.job_id, 'slot_missing', hold.slot_missing, 'contender',
         (SELECT {_CONTENDER.format(job="kept")} FROM ({KEPT} WHERE hold.worker_id = $1) AS kept))
     FROM jobs_hold AS hold WHERE hold.worker_id = $1),
    (SELECT coalesce(jsonb_object_agg(capacity_class_id, newest), '{{}}') FROM
        (SELECT capacity_class_id, min({_SECONDS_SINCE.format("started_at")}) AS newest FROM jobs_job
         WHERE occupies AND (worker_id = $1) IS TRUE GROUP BY 1) AS run)"""
