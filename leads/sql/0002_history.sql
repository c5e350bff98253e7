-- History of every change by every path. The comparison is written out column by column (about ten times
-- faster than comparing two to_jsonb() documents), so it is generated from the table: call
-- leads_rebuild_history() at the end of a migration that adds or removes a column of leads_lead.
CREATE FUNCTION leads_change_signature() RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT COALESCE(NULLIF(current_setting('crm.change', true), '')::jsonb,
                  jsonb_build_object('source', 'database', 'actor', session_user))
$$;

CREATE FUNCTION leads_rebuild_history() RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
  comparison text;
  deleted text;
BEGIN
  SELECT string_agg(part, ' || ') INTO comparison FROM (
    SELECT 'jsonb_build_object(' || string_agg(format(
             '%L, CASE WHEN o.%I IS DISTINCT FROM n.%I THEN jsonb_build_array(o.%I, n.%I) END',
             attname, attname, attname, attname, attname), ', ' ORDER BY attnum) || ')' AS part
    FROM (SELECT attname, attnum, (row_number() OVER (ORDER BY attnum) - 1) / 40 AS slice
          FROM pg_attribute
          WHERE attrelid = 'leads_lead'::regclass AND attnum > 0 AND NOT attisdropped
            AND attname NOT IN ('id', 'updated_at')) columns
    GROUP BY slice) parts;

  EXECUTE format($f$
    CREATE OR REPLACE FUNCTION leads_record_update() RETURNS trigger LANGUAGE plpgsql AS $t$
    DECLARE
      signature jsonb := leads_change_signature();
    BEGIN
      INSERT INTO leads_leadchange (lead_id, at, action, actor, actor_id, source, request_id, operation, reason, changes)
      SELECT id, clock_timestamp(), COALESCE(signature->>'action', 'updated'), COALESCE(signature->>'actor', ''),
             (signature->>'actor_id')::bigint, signature->>'source', COALESCE(signature->>'request_id', ''),
             (signature->>'operation')::uuid, COALESCE(signature->>'reason', ''), changes
      FROM (SELECT n.id, jsonb_strip_nulls(%s) AS changes FROM new_rows n JOIN old_rows o ON o.id = n.id) compared
      WHERE changes <> '{}'::jsonb;
      RETURN NULL;
    END $t$ $f$, comparison);
END $body$;

SELECT leads_rebuild_history();

CREATE FUNCTION leads_record_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  signature jsonb := leads_change_signature();
BEGIN
  INSERT INTO leads_leadchange (lead_id, at, action, actor, actor_id, source, request_id, operation, reason, changes)
  SELECT id, CASE WHEN signature ? 'backdated' THEN created_at ELSE clock_timestamp() END,
         COALESCE(signature->>'action', 'created'), COALESCE(signature->>'actor', ''),
         (signature->>'actor_id')::bigint, signature->>'source', COALESCE(signature->>'request_id', ''),
         (signature->>'operation')::uuid, COALESCE(signature->>'reason', ''), '{}'::jsonb
  FROM new_rows;
  RETURN NULL;
END $$;

CREATE FUNCTION leads_record_delete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  signature jsonb := leads_change_signature();
BEGIN
  INSERT INTO leads_leadchange (lead_id, at, action, actor, actor_id, source, request_id, operation, reason, changes)
  SELECT id, clock_timestamp(), COALESCE(signature->>'action', 'deleted'), COALESCE(signature->>'actor', ''),
         (signature->>'actor_id')::bigint, signature->>'source', COALESCE(signature->>'request_id', ''),
         (signature->>'operation')::uuid, COALESCE(signature->>'reason', ''),
         (SELECT jsonb_object_agg(key, jsonb_build_array(value, NULL)) FROM jsonb_each(to_jsonb(o)))
  FROM old_rows o;
  RETURN NULL;
END $$;

CREATE TRIGGER leads_record_insert AFTER INSERT ON leads_lead REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION leads_record_insert();
CREATE TRIGGER leads_record_update AFTER UPDATE ON leads_lead REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION leads_record_update();
CREATE TRIGGER leads_record_delete AFTER DELETE ON leads_lead REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION leads_record_delete();

-- History, decisions and scorecards are only ever added to. Pruning by an operator sets crm.allow_prune = 'on'.
CREATE FUNCTION leads_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF COALESCE(current_setting('crm.allow_prune', true), '') <> 'on' THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER leads_append_only BEFORE UPDATE OR DELETE ON leads_leadchange
  FOR EACH STATEMENT EXECUTE FUNCTION leads_append_only();
CREATE TRIGGER leads_append_only BEFORE UPDATE OR DELETE ON leads_decision
  FOR EACH STATEMENT EXECUTE FUNCTION leads_append_only();
CREATE TRIGGER leads_append_only BEFORE UPDATE OR DELETE ON leads_scorecard
  FOR EACH STATEMENT EXECUTE FUNCTION leads_append_only();
