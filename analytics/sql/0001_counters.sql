-- The business in numbers, kept as leads change. Every statement that changes leads, by any path, appends what it changed to
-- analytics_countdelta; a worker folds that into analytics_count. No row is ever waited for, and the two together, the view
-- analytics_counted, are exact at every moment: a reader sees a lead and its numbers or neither.
--
-- What is counted of a lead depends on nothing but its own row, so an update adds the new row and takes the old one away,
-- and a rebuild adds up all rows by the same expressions.

-- What a day is: the zone that the counters were counted by. Changed by rebuild_stats only, which counts anew.
CREATE FUNCTION analytics_zone() RETURNS text LANGUAGE sql STABLE AS $$ SELECT name FROM analytics_countingzone $$;

-- What is counted of a row of analytics_singles, of the type that analytics_count has it in; the order is that table's.
CREATE FUNCTION analytics_measures() RETURNS TABLE (place int, name text, expression text, type text) LANGUAGE sql STABLE AS $body$
  SELECT measures.*, format_type(atttypid, NULL) FROM (VALUES
  (1, 'leads', 'sign'),
  (2, 'revenue', 'sign * revenue'),
  (3, 'cost', 'sign * COALESCE(acquisition_cost, 0)'),
  (4, 'costed', 'CASE WHEN acquisition_cost IS NOT NULL THEN sign ELSE 0 END'),
  (5, 'quality', 'sign * quality_score'),
  (6, 'conversions', 'CASE WHEN is_converted THEN sign ELSE 0 END'),
  (7, 'responded', 'CASE WHEN response IS NOT NULL THEN sign ELSE 0 END'),
  (8, 'response_seconds', 'sign * COALESCE(response, 0)'),
  (9, 'at_new', $x$CASE WHEN disposition = 'New' THEN sign ELSE 0 END$x$),
  (10, 'at_attempting', $x$CASE WHEN disposition = 'Attempting' THEN sign ELSE 0 END$x$),
  (11, 'at_contacted', $x$CASE WHEN disposition = 'Contacted' THEN sign ELSE 0 END$x$),
  (12, 'at_qualified', $x$CASE WHEN disposition = 'Qualified' THEN sign ELSE 0 END$x$),
  (13, 'at_in_progress', $x$CASE WHEN disposition = 'In Progress' THEN sign ELSE 0 END$x$),
  (14, 'at_docs_sent', $x$CASE WHEN disposition = 'Docs Sent' THEN sign ELSE 0 END$x$),
  (15, 'at_awaiting_proof', $x$CASE WHEN disposition = 'Awaiting Proof of Claim' THEN sign ELSE 0 END$x$),
  (16, 'at_retained', $x$CASE WHEN disposition = 'Retained for Firm' THEN sign ELSE 0 END$x$),
  (17, 'at_closed', $x$CASE WHEN disposition = 'Closed' THEN sign ELSE 0 END$x$),
  (18, 'at_not_interested', $x$CASE WHEN disposition = 'Not Interested' THEN sign ELSE 0 END$x$),
  (19, 'at_not_qualified', $x$CASE WHEN disposition = 'Not Qualified Lead' THEN sign ELSE 0 END$x$),
  (20, 'at_rejected', $x$CASE WHEN disposition = 'Rejected' THEN sign ELSE 0 END$x$),
  (21, 'at_duplicate', $x$CASE WHEN disposition = 'Duplicate' THEN sign ELSE 0 END$x$),
  (22, 'at_returned', $x$CASE WHEN disposition = 'Returned' THEN sign ELSE 0 END$x$),
  (23, 'reached_attempting', 'CASE WHEN furthest_stage >= 1 THEN sign ELSE 0 END'),
  (24, 'reached_contacted', 'CASE WHEN furthest_stage >= 2 THEN sign ELSE 0 END'),
  (25, 'reached_qualified', 'CASE WHEN furthest_stage >= 3 THEN sign ELSE 0 END'),
  (26, 'reached_in_progress', 'CASE WHEN furthest_stage >= 4 THEN sign ELSE 0 END'),
  (27, 'reached_docs_sent', 'CASE WHEN furthest_stage >= 5 THEN sign ELSE 0 END'),
  (28, 'reached_awaiting_proof', 'CASE WHEN furthest_stage >= 6 THEN sign ELSE 0 END'),
  (29, 'reached_retained', 'CASE WHEN furthest_stage >= 7 THEN sign ELSE 0 END'),
  (30, 'reached_closed', 'CASE WHEN furthest_stage >= 8 THEN sign ELSE 0 END')
  ) AS measures(place, name, expression)
  JOIN pg_attribute ON attrelid = 'analytics_count'::regclass AND attname = name
$body$;

-- Leads with what they are counted by and what is counted of them. `rows` is a SELECT of leads with a sign. OFFSET 0 has the
-- zone read once, not for every row.
CREATE FUNCTION analytics_singles(rows text) RETURNS text LANGUAGE sql IMMUTABLE AS $body$
  SELECT format($q$
      SELECT sign, date_trunc('hour', created_at, zone.name) AS hour, date_trunc('day', created_at, zone.name) AS day,
             vendor_code AS agency, campaign_source AS campaign, COALESCE(assigned_agent_id::text, '') AS agent, state,
             disposition, furthest_stage,
             CASE WHEN disposition IN ('Returned', 'Duplicate') THEN 0 ELSE lead_value END AS revenue,
             acquisition_cost, quality_score, closed_date IS NOT NULL AS is_converted,
             CASE WHEN first_contact_at >= assigned_at THEN extract(epoch FROM first_contact_at - assigned_at)::bigint END AS response
        FROM (%s) AS signed, (SELECT analytics_zone() AS name OFFSET 0) AS zone
  $q$, rows)
$body$;

-- The measures of signed leads by every dimension. Rows that cancel out are dropped first: a change of notes counts nothing.
-- The finest sums are cast back: integers are added up in half the time of the bigints that sum() makes of them.
CREATE FUNCTION analytics_counting(rows text) RETURNS text LANGUAGE sql STABLE AS $body$
  SELECT format($q$
    WITH single AS (%s), finest AS (
      SELECT hour, day, agency, campaign, agent, state, %s
        FROM single GROUP BY hour, day, agency, campaign, agent, state HAVING %s
    )
    SELECT CASE WHEN grouping(hour) = 0 THEN 5 WHEN grouping(state) = 0 THEN 4 WHEN grouping(agent) = 0 THEN 3
                WHEN grouping(campaign) = 0 THEN 2 WHEN grouping(agency) = 0 THEN 1 ELSE 0 END AS dimension,
           COALESCE(hour, day) AS bucket, COALESCE(agency, agent, state, '') AS key, COALESCE(campaign, '') AS subkey, %s
      FROM finest
     GROUP BY GROUPING SETS ((day), (day, agency), (day, agency, campaign), (day, agent), (day, state), (hour, agency))
    HAVING %s
  $q$, analytics_singles(rows),
    string_agg(format('sum(%s)::%s AS %I', expression, type, name), ', ' ORDER BY place),
    string_agg(format('sum(%s) <> 0', expression), ' OR ' ORDER BY place),
    string_agg(format('sum(%I) AS %I', name, name), ', ' ORDER BY place),
    string_agg(format('sum(%I) <> 0', name), ' OR ' ORDER BY place))
  FROM analytics_measures()
$body$;

-- The columns of a count, in order.
CREATE FUNCTION analytics_columns() RETURNS text LANGUAGE sql STABLE AS $$
  SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
   WHERE attrelid = 'analytics_count'::regclass AND attnum > 0 AND attname <> 'id' AND NOT attisdropped
$$;

-- What numbers read of a lead is news for who keeps answers (crm.core.generations), also where the counts stay the same:
-- two leads that exchange their scores, another moment of the same conversion.
CREATE FUNCTION analytics_make_triggers() RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
  seen constant text := 'id, vendor_code, created_at, campaign_source, state, assigned_agent_id, disposition, furthest_stage,
    lead_value, acquisition_cost, quality_score, assigned_at, first_contact_at, closed_date';
  path record;
BEGIN
  FOR path IN SELECT * FROM (VALUES
    ('insert', 'SELECT 1 AS sign, n.* FROM new_rows n', 'SELECT vendor_code FROM new_rows'),
    ('update', 'SELECT 1 AS sign, n.* FROM new_rows n UNION ALL SELECT -1, o.* FROM old_rows o',
     format('SELECT vendor_code FROM (SELECT 1 AS sign, %1$s FROM new_rows UNION ALL SELECT -1, %1$s FROM old_rows) AS signed '
            'GROUP BY %1$s HAVING sum(sign) <> 0', seen)),
    ('delete', 'SELECT -1 AS sign, o.* FROM old_rows o', 'SELECT vendor_code FROM old_rows')) AS paths(event, rows, touched)
  LOOP
    EXECUTE format($f$
      CREATE OR REPLACE FUNCTION analytics_count_%s() RETURNS trigger LANGUAGE plpgsql AS $t$
      DECLARE
        scopes text[];
      BEGIN
        SELECT array_agg(DISTINCT 'agency:' || vendor_code) INTO scopes FROM (%s) AS touched;
        IF scopes IS NULL THEN RETURN NULL; END IF;
        INSERT INTO analytics_countdelta (%s) %s;
        PERFORM core_step(VARIADIC array_append(scopes, 'leads'));
        RETURN NULL;
      END $t$ $f$, path.event, path.touched, analytics_columns(), analytics_counting(path.rows));
  END LOOP;
END $body$;

SELECT analytics_make_triggers();

CREATE TRIGGER analytics_count_insert AFTER INSERT ON leads_lead REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION analytics_count_insert();
CREATE TRIGGER analytics_count_update AFTER UPDATE ON leads_lead REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION analytics_count_update();
CREATE TRIGGER analytics_count_delete AFTER DELETE ON leads_lead REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION analytics_count_delete();

-- TRUNCATE fires no other trigger.
CREATE FUNCTION analytics_count_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM analytics_countdelta;
  DELETE FROM analytics_count;
  PERFORM core_step(VARIADIC array_append(array_agg('agency:' || code), 'leads')) FROM agencies_agency;
  RETURN NULL;
END $$;
CREATE TRIGGER analytics_count_truncate AFTER TRUNCATE ON leads_lead
  FOR EACH STATEMENT EXECUTE FUNCTION analytics_count_truncate();

DO $$ BEGIN
  EXECUTE format('CREATE VIEW analytics_counted AS SELECT %1$s FROM analytics_count UNION ALL SELECT %1$s FROM analytics_countdelta',
                 analytics_columns());
END $$;

-- The leads created from one instant to another as counts of one each, of one dimension: where a period ends in the middle
-- of a day. Plain SQL, so that a reader's sums are planned together with it.
DO $$ BEGIN
  EXECUTE format($f$
    CREATE FUNCTION analytics_counted_between(dimension smallint, since timestamptz, until timestamptz)
    RETURNS SETOF analytics_counted LANGUAGE sql STABLE AS $q$
      SELECT $1, CASE $1 WHEN 5 THEN hour ELSE day END,
             (CASE $1 WHEN 1 THEN agency WHEN 2 THEN agency WHEN 3 THEN agent WHEN 4 THEN state WHEN 5 THEN agency ELSE '' END)::varchar(120),
             (CASE $1 WHEN 2 THEN campaign ELSE '' END)::varchar(120), %s
        FROM (%s) AS single
    $q$ $f$,
    (SELECT string_agg(format('(%s)::%s', expression, type), ', ' ORDER BY place) FROM analytics_measures()),
    analytics_singles('SELECT 1 AS sign, l.* FROM leads_lead l WHERE l.created_at >= $2 AND l.created_at < $3'));
END $$;

-- Everything, from the leads alone.
CREATE FUNCTION analytics_count_all() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('INSERT INTO analytics_count (%s) %s', analytics_columns(), analytics_counting('SELECT 1 AS sign, l.* FROM leads_lead l'));
END $$;

-- For analysts: a day of an agency is a row. The zone is joined, not asked of its function, so that a right to read the view
-- is enough.
CREATE VIEW daily_stats AS
  SELECT (bucket AT TIME ZONE zone.name)::date AS date, key AS vendor_code, sum(leads)::int AS lead_count,
         sum(revenue) AS revenue, round(sum(quality)::numeric / sum(leads), 2) AS avg_quality
    FROM analytics_counted, analytics_countingzone AS zone
   WHERE dimension = 1 GROUP BY bucket, zone.name, key HAVING sum(leads) > 0;

-- Deltas come and go all the time: vacuumed by how many, however large the table was once.
ALTER TABLE analytics_countdelta SET (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000);
