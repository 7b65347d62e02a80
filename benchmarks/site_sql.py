"""The statements that make the rows of a site that is long in use."""

# Texts as incompressible as logs are: each 20 KB come to about 3 KB in the database. They are copied as they are
# stored, compressed, so that a million results do not cost a million compressions.
RESULTS = """
CREATE TEMPORARY TABLE bench_result AS
SELECT k, jsonb_build_object('stdout', repeat(piece, CASE WHEN k < 0 THEN 400 ELSE 8 END)) AS result
FROM (SELECT k, (SELECT string_agg(md5(k * 1000 + i || ''), '') FROM generate_series(1, 80) AS i) AS piece
      FROM generate_series(-2, 99) AS k) AS pieces
"""

# In the order of time, as jobs come: the first half within a month, the second within the last day, more of them the
# later. One in ten failed, one in ten has 20 KB of result, a few a megabyte. What waits is spread over all times.
JOBS = """
INSERT INTO jobs_job (id, uuid, action, status, priority, due, retries_total, retries_left, deadline_text,
    stop_timeout_text, capacity_class_id, parameters, locks, blocked_by, result, exception, retry_from_id, cron_id,
    scheduled_by, ticket_ref, comment, worker_id, slot, scheduled_at, created_at, started_at, ended_at,
    status_changed_at)
SELECT %(base)s + n, uuid, action, status, 0, due, 0, 0, '',
    '', %(class_id)s,
    CASE action WHEN 'sync_devices' THEN
        jsonb_build_object('hostname', 'dev-' || h / 4 %% 5000, 'dry_run', h / 16 %% 2 = 0) END,
    CASE WHEN blocked THEN '[{"name": "device-1", "mode": "exclusive"}]'
        WHEN h %% 97 = 0 THEN jsonb_build_array(jsonb_build_object('name', 'lock-' || n %% 1000, 'mode', 'shared')) END,
    CASE WHEN blocked THEN 'device-1' END,
    bench_result.result,
    CASE WHEN status = 'errored' THEN '{"message": "no answer", "type": "DeviceError", "args": ["no answer"],
        "traceback": ""}'::jsonb END,
    CASE WHEN h %% 100 = 1 AND n > 1 THEN %(base)s + n - 1 END,
    CASE WHEN h %% 20 = 7 THEN (%(crons)s::bigint[])[1 + h / 20 %% 200] END,
    'user' || h %% 1000, CASE WHEN h %% 10 = 0 THEN 'T-' || h / 10 %% 10000 END, 'as each night',
    CASE WHEN running THEN (%(workers)s::bigint[])[1 + n %% 2]
        WHEN status <> 'waiting' THEN (%(workers)s::bigint[])[1 + h / 4 %% 20] END,
    CASE WHEN running THEN 'bench:' || n END,
    CASE WHEN due THEN at ELSE now() + h %% 100000 * interval '1 s' END, at,
    CASE WHEN status <> 'waiting' THEN at + h %% 20 * interval '1 s' END,
    CASE WHEN NOT running AND status <> 'waiting' THEN at + interval '21 s' END, at + interval '21 s'
FROM (
    SELECT *, status = 'waiting' AND h %% 50 = 0 AS blocked, status = 'running' AS running,
        NOT (status = 'waiting' AND h %% 3 = 0) AS due,
        (ARRAY['bench_noop', 'sync_devices', 'scan_check_single', 'sleep'])[1 + h %% 4] AS action,
        -- Version 7, as the engine makes them.
        (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || left(md5(n || ''), 3)
            || '8' || right(md5(n || ''), 15))::uuid AS uuid
    FROM (
        SELECT n, h, now() - interval '22 s' - CASE WHEN n <= %(rows)s / 2
                THEN interval '1 day' + interval '29 days' * (1 - 2 * n / %(rows)s::float)
                ELSE power(2 * (1 - n / %(rows)s::float), 2) * interval '1 day' END AS at,
            CASE WHEN n > %(rows)s - 8 THEN 'running' WHEN n %% (%(rows)s / %(waiting)s) = 1 THEN 'waiting'
                WHEN h / 800 %% 1000 < 100 THEN 'errored' WHEN h / 800 %% 1000 < 105 THEN 'timeout'
                WHEN h / 800 %% 1000 < 110 THEN 'canceled' WHEN h / 800 %% 1000 = 110 THEN 'worker_dead'
                ELSE 'done' END AS status
        FROM (SELECT n, hashint4(n) & 2147483647 AS h FROM generate_series(1, %(rows)s) AS n) AS numbered
    ) AS timed
) AS made
LEFT JOIN bench_result
    ON k = CASE WHEN status = 'done' AND n %% 50000 = 25000 THEN -1 - h %% 2
        WHEN status = 'done' AND h / 80 %% 9 = 0 THEN h / 800 %% 100 END
ORDER BY n
"""
NEXT_ID = "SELECT setval(pg_get_serial_sequence('jobs_job', 'id'), %s)"

# Twenty lines of each fiftieth job, and one job of 10,000.
LOGS = """
INSERT INTO jobs_joblog (job_id, line_number, data, logged_at)
SELECT id, line, 'line ' || line || ' of what ' || action || ' has to say', created_at + line * interval '1 s'
FROM jobs_job, generate_series(0, CASE WHEN id = %(base)s + 25 THEN 9999 ELSE 19 END) AS line
WHERE id > %(base)s AND id %% 50 = (%(base)s + 25) %% 50
"""

# One for each second job.
AUDIT = """
INSERT INTO jobs_auditevent (at, "user", address, dialect, client, token, verb, object_type, object_id, reason)
SELECT created_at, scheduled_by, '10.0.0.' || id %% 250, CASE WHEN id %% 100 = 0 THEN 'admin' ELSE 'v0' END, 'curl',
    CASE WHEN id %% 10 = 0 THEN 'token-' || id %% 70 ELSE '' END,
    CASE WHEN id %% 1000 = 0 THEN 'cancel' ELSE 'enqueue' END, 'job', uuid::text, ''
FROM jobs_job WHERE id > %(base)s AND id %% 2 = 0 ORDER BY id
"""
