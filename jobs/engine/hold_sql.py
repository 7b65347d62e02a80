"""The parts of the hot statements that are about holds, each with its reason. Without a hold they cost one probe."""

# The claims' part: a class that gives way to the worker's hold yields only what has a higher priority than the held
# job; -101 is below every priority.
# 1. Who gives way is read once for all classes. Nothing else runs where nobody does: a CTE, or a join, took longer.
# 2. For a job that is not ready, for whatever reason, nothing is kept from anybody, whenever its hold is cleaned up.
ABOVE = """CASE WHEN wanted.class_id = ANY ((SELECT giving_way FROM jobs_hold WHERE worker_id = {worker})::int[])
        THEN coalesce((SELECT priority FROM jobs_job WHERE (ready) IS TRUE
                       AND id = (SELECT job_id FROM jobs_hold WHERE worker_id = {worker})), -101)
        ELSE -101 END AS above"""

# For each worker whose hold concerns a job: for which job is its capacity kept, another or this one?
HOLDS_ABOUT = """SELECT hold.worker_id, held.uuid FROM jobs_job AS waits, jobs_hold AS hold
JOIN jobs_job AS held ON held.id = hold.job_id AND (held.ready) IS TRUE
WHERE waits.id = %s AND (held.id = waits.id
    OR waits.priority <= held.priority AND waits.capacity_class_id = ANY (hold.giving_way))"""

_CONTENDER = """jsonb_build_object('job', {job}.id, 'class_id', {job}.capacity_class_id, 'priority', {job}.priority,
    'waited', extract(epoch FROM clock_timestamp() - {job}.scheduled_at)::float)"""
_CLASS_PAUSED = """EXISTS (SELECT FROM jobs_pause JOIN workers_capacityclass AS class USING (name)
    WHERE kind = 'class' AND class.id = {class_id})"""

# The look's part, by which a worker ($1) decides its hold, of the classes $4:
# 1. The best ready job of each class, in the order of claims. One that another worker holds for is left to it, and
#    the next in line takes its place: several big jobs of one class may be waited for at once, each at one worker.
# 2. Its own hold, with no contender when that has lost its job.
# 3. Of each class that it runs, for how long the newest has run.
CONTENDERS = f"""ARRAY(SELECT {_CONTENDER.format(job="head")} FROM unnest($4) AS wanted(class_id),
          LATERAL (SELECT id, capacity_class_id, priority, scheduled_at FROM jobs_job
                   WHERE ready AND capacity_class_id = wanted.class_id AND (EXISTS (
                       SELECT FROM jobs_hold WHERE job_id = jobs_job.id AND worker_id <> $1)) IS NOT TRUE
                   ORDER BY priority DESC, scheduled_at, id LIMIT 1) AS head
          WHERE NOT {_CLASS_PAUSED.format(class_id="wanted.class_id")}
          ORDER BY head.priority DESC, head.scheduled_at, head.id),
    (SELECT jsonb_build_object('job', job_id, 'giving_way', giving_way, 'contender',
         (SELECT {_CONTENDER.format(job="held")} FROM jobs_job AS held WHERE id = job_id
          AND (ready AND NOT {_CLASS_PAUSED.format(class_id="held.capacity_class_id")}) IS TRUE))
     FROM jobs_hold WHERE worker_id = $1),
    (SELECT coalesce(jsonb_object_agg(capacity_class_id, newest), '{{}}') FROM
        (SELECT capacity_class_id, min(extract(epoch FROM clock_timestamp() - started_at))::float AS newest
         FROM jobs_job WHERE occupies AND (worker_id = $1) IS TRUE GROUP BY 1) AS run)"""
