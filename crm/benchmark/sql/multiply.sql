-- Multiplies the seeded leads up to benchmark.leads, in the benchmark's own database. Copies have ids in order of their
-- time, an e-mail address and a phone number of their own, and lie up to a year before their original; cities, names,
-- notes, ways through the dispositions and history are the original's. Triggers rest meanwhile: what they keep (search,
-- history, counts, counters) is written here, in sets, and indexes are built afterwards, ten times quicker.

-- Forty agents at every size, with all the room that may be given: growth then is growth of the leads alone.
INSERT INTO core_user (username, email, first_name, last_name, password, role, vendor_code, is_active, capacity, max_capacity,
                       availability, date_joined)
SELECT format('extra%s@demo.test', n), format('extra%s@demo.test', n), first_name, last_name, password, role, vendor_code, true, 0, 0,
       'active', now()
  FROM core_user, generate_series(9, 40) AS n WHERE email = 'agent1@demo.test';
UPDATE core_user SET max_capacity = 10000 WHERE role = 'agent';

CREATE TEMP TABLE resting AS
SELECT indexname, indexdef FROM pg_indexes
 WHERE schemaname = 'public' AND tablename IN ('leads_lead', 'leads_leadsearch', 'leads_leadchange')
   AND indexname NOT IN (SELECT conname FROM pg_constraint);

DO $$
DECLARE
  wanted int := current_setting('benchmark.leads')::int - (SELECT count(*) FROM leads_lead);
  seeded int := (SELECT count(*) FROM leads_lead);
  name text;
  columns text;
  expressions text;
BEGIN
  IF wanted <= 0 THEN
    RETURN;
  END IF;
  FOR name IN SELECT indexname FROM resting LOOP
    EXECUTE format('DROP INDEX %I', name);
  END LOOP;
  SET CONSTRAINTS ALL IMMEDIATE; -- foreign keys are checked as rows come, so that nothing waits for the commit
  ALTER TABLE leads_lead DISABLE TRIGGER USER;

  CREATE TEMP TABLE copies AS
  SELECT l.id AS original, n AS serial, l.created_at - gap AS created_at, gap,
         (lpad(to_hex((extract(epoch FROM l.created_at - gap) * 1000)::bigint), 12, '0')
          || '7' || substr(digest, 1, 3) || '8' || substr(digest, 4, 15))::uuid AS id
    FROM (SELECT id, created_at, row_number() OVER (ORDER BY id) AS place FROM leads_lead) l
    JOIN (SELECT n, 1 + (n - 1) % seeded AS place, md5(n::text) AS digest,
                 make_interval(days => (1 + n * 48271::bigint % 364)::int, secs => n * 7919::bigint % 3600) AS gap
            FROM generate_series(1, wanted) AS n) draws USING (place);
  CREATE INDEX ON copies (original);
  ANALYZE copies;

  SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum),
         string_agg(CASE
           WHEN attname IN ('id', 'created_at') THEN format('c.%I', attname)
           WHEN attname = 'email' THEN $x$CASE WHEN l.email = '' THEN '' ELSE replace(l.email, '@', '.' || c.serial || '@') END$x$
           WHEN attname = 'phone' THEN $x$CASE WHEN l.phone = '' THEN '' ELSE '+1' || (2120000000 + c.serial * 6700417::bigint % 999999937) END$x$
           WHEN attname = 'assigned_agent_id'
             THEN $x$CASE WHEN l.assigned_agent_id IS NOT NULL THEN agents.ids[1 + c.serial % cardinality(agents.ids)] END$x$
           WHEN atttypid = 'timestamptz'::regtype THEN format('l.%I - c.gap', attname)
           WHEN atttypid = 'date'::regtype AND attname <> 'date_of_birth' THEN format('l.%I - extract(day FROM c.gap)::int', attname)
           ELSE format('l.%I', attname) END, ', ' ORDER BY attnum)
    INTO columns, expressions
    FROM pg_attribute WHERE attrelid = 'leads_lead'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
  EXECUTE format(
    'INSERT INTO leads_lead (%s) SELECT %s FROM copies c JOIN leads_lead l ON l.id = c.original '
    'CROSS JOIN (SELECT array_agg(id ORDER BY id) AS ids FROM core_user WHERE role = ''agent'') agents ORDER BY c.created_at',
    columns, expressions);

  INSERT INTO leads_leadsearch (lead_id, created_at, document, notes)
  SELECT l.id, l.created_at, leads_search_document(l.first_name, l.last_name, l.email, l.phone, l.alternate_phone),
         leads_search_notes(l.notes)
    FROM leads_lead l JOIN copies c ON c.id = l.id ORDER BY l.created_at;

  INSERT INTO leads_leadchange (lead_id, at, action, actor, actor_id, source, request_id, reason, changes)
  SELECT c.id, h.at - c.gap, h.action, h.actor, h.actor_id, h.source, '', h.reason, h.changes
    FROM copies c JOIN leads_leadchange h ON h.lead_id = c.original ORDER BY c.created_at, h.id;

  ALTER TABLE leads_lead ENABLE TRIGGER USER;
  SET LOCAL maintenance_work_mem = '512MB';
  FOR name IN SELECT indexdef FROM resting LOOP
    EXECUTE name;
  END LOOP;
END $$;

UPDATE core_user u SET capacity = (
  SELECT count(*) FROM leads_lead l WHERE l.assigned_agent_id = u.id AND leads_is_open(l.disposition))
 WHERE role = 'agent';

-- The counters as workers leave them: of all leads, and nothing unfolded beside them.
TRUNCATE analytics_count, analytics_countdelta;
SELECT analytics_count_all();
SELECT core_step(VARIADIC array_append(array_agg('agency:' || code), 'leads')) FROM agencies_agency;
SELECT core_fold_steps();
