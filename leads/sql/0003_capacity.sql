-- core_user.capacity is the number of open leads a person holds, kept exact for every path. Taking a place
-- that is not there fails the statement; giving places back always works.
CREATE FUNCTION leads_is_open(disposition text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT disposition IN ('New', 'Attempting', 'Contacted', 'Qualified', 'In Progress', 'Docs Sent', 'Awaiting Proof of Claim')
$$;

CREATE FUNCTION leads_shift_capacity(agents int[], deltas int[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  full_agent text;
BEGIN
  -- Lock in order of id: two statements that move leads between the same agents cannot deadlock.
  PERFORM 1 FROM core_user WHERE id = ANY (agents) ORDER BY id FOR NO KEY UPDATE;
  SELECT email INTO full_agent FROM core_user u JOIN unnest(agents, deltas) AS d(agent, delta) ON d.agent = u.id
   WHERE d.delta > 0 AND u.capacity + d.delta > u.max_capacity LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'agent % has no room', full_agent
      USING ERRCODE = 'check_violation', CONSTRAINT = 'leads_capacity_exceeded', DETAIL = full_agent;
  END IF;
  UPDATE core_user u SET capacity = u.capacity + d.delta
    FROM unnest(agents, deltas) AS d(agent, delta) WHERE d.agent = u.id;
END $$;

CREATE FUNCTION leads_capacity_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  agents int[]; deltas int[];
BEGIN
  SELECT array_agg(agent), array_agg(n) INTO agents, deltas FROM (
    SELECT assigned_agent_id AS agent, count(*)::int AS n FROM new_rows
     WHERE assigned_agent_id IS NOT NULL AND leads_is_open(disposition) GROUP BY 1) x;
  IF agents IS NOT NULL THEN PERFORM leads_shift_capacity(agents, deltas); END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION leads_capacity_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  agents int[]; deltas int[];
BEGIN
  SELECT array_agg(agent), array_agg(delta) INTO agents, deltas FROM (
    SELECT agent, sum(change)::int AS delta FROM (
      SELECT assigned_agent_id AS agent, -1 AS change FROM old_rows WHERE assigned_agent_id IS NOT NULL AND leads_is_open(disposition)
      UNION ALL
      SELECT assigned_agent_id, 1 FROM new_rows WHERE assigned_agent_id IS NOT NULL AND leads_is_open(disposition)) moved
    GROUP BY agent HAVING sum(change) <> 0) x;
  IF agents IS NOT NULL THEN PERFORM leads_shift_capacity(agents, deltas); END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION leads_capacity_delete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  agents int[]; deltas int[];
BEGIN
  SELECT array_agg(agent), array_agg(n) INTO agents, deltas FROM (
    SELECT assigned_agent_id AS agent, -count(*)::int AS n FROM old_rows
     WHERE assigned_agent_id IS NOT NULL AND leads_is_open(disposition) GROUP BY 1) x;
  IF agents IS NOT NULL THEN PERFORM leads_shift_capacity(agents, deltas); END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER leads_capacity_insert AFTER INSERT ON leads_lead REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION leads_capacity_insert();
CREATE TRIGGER leads_capacity_update AFTER UPDATE ON leads_lead REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION leads_capacity_update();
CREATE TRIGGER leads_capacity_delete AFTER DELETE ON leads_lead REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION leads_capacity_delete();
