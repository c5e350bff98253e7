-- What a bulk change costs must not depend on what its connection did before. A trigger's plan is made once a session, by
-- the number of rows of its first call: after the change of one lead, old and new rows were joined by a nested loop, and
-- 10,000 leads cost a hundred million comparisons. Rows that differ are found without a join; the history, which needs both
-- sides, is joined with nested loops off. What changed is written as text
-- and read as jsonb once: building a document of all sixty columns to strip the unchanged ones took most of the trigger.
CREATE OR REPLACE FUNCTION leads_duplicates_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  checked uuid[];
BEGIN
  SELECT array_agg(id) INTO checked FROM (
    SELECT id, email, phone, created_at, false AS was_duplicate FROM new_rows WHERE disposition <> 'Duplicate'
    EXCEPT
    SELECT id, email, phone, created_at, disposition = 'Duplicate' FROM old_rows) comparable_anew;
  IF checked IS NOT NULL THEN PERFORM leads_refuse_twins(checked); END IF;
  RETURN NULL;
END $$;

-- The other way round, a plan made for 10,000 leads reads a whole table for every single one after it. So ids are gathered
-- first: of a parameter's length a plan assumes nothing.
CREATE OR REPLACE FUNCTION leads_search_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed uuid[];
BEGIN
  SELECT array_agg(id) INTO changed FROM (
    SELECT id, created_at, first_name, last_name, email, phone, alternate_phone, notes FROM new_rows
    EXCEPT
    SELECT id, created_at, first_name, last_name, email, phone, alternate_phone, notes FROM old_rows) differing;
  IF changed IS NOT NULL THEN
    UPDATE leads_leadsearch s
       SET created_at = n.created_at,
           document = leads_search_document(n.first_name, n.last_name, n.email, n.phone, n.alternate_phone),
           notes = leads_search_notes(n.notes)
      FROM leads_lead n
     WHERE s.lead_id = ANY (changed) AND n.id = s.lead_id;
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION leads_search_delete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  gone uuid[];
BEGIN
  SELECT array_agg(id) INTO gone FROM old_rows;
  IF gone IS NOT NULL THEN
    DELETE FROM leads_leadsearch s WHERE s.lead_id = ANY (gone);
  END IF;
  RETURN NULL;
END $$;

ALTER FUNCTION leads_collect_terms() SET enable_hashjoin = off;
ALTER FUNCTION leads_collect_terms() SET enable_mergejoin = off;

CREATE OR REPLACE FUNCTION leads_rebuild_history() RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
  comparison text;
BEGIN
  SELECT string_agg(part, ', ') INTO comparison FROM (  -- a function takes a hundred arguments
    SELECT 'NULLIF(concat_ws('','', ' || string_agg(format(
             'CASE WHEN o.%I IS DISTINCT FROM n.%I THEN %L || json_build_array(o.%I, n.%I) END',
             attname, attname, to_json(attname) || ':', attname, attname), ', ' ORDER BY attnum) || '), '''')' AS part
    FROM (SELECT attname, attnum, (row_number() OVER (ORDER BY attnum) - 1) / 90 AS slice
          FROM pg_attribute
          WHERE attrelid = 'leads_lead'::regclass AND attnum > 0 AND NOT attisdropped
            AND attname NOT IN ('id', 'updated_at')) columns
    GROUP BY slice) parts;

  EXECUTE format($f$
    CREATE OR REPLACE FUNCTION leads_record_update() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $t$
    DECLARE
      signature jsonb := leads_change_signature();
    BEGIN
      INSERT INTO leads_leadchange (lead_id, at, action, actor, actor_id, source, request_id, operation, reason, changes)
      SELECT id, clock_timestamp(), COALESCE(signature->>'action', 'updated'), COALESCE(signature->>'actor', ''),
             (signature->>'actor_id')::bigint, signature->>'source', COALESCE(signature->>'request_id', ''),
             (signature->>'operation')::uuid, COALESCE(signature->>'reason', ''), ('{' || changed || '}')::jsonb
      FROM (SELECT n.id, concat_ws(',', %s) AS changed FROM new_rows n JOIN old_rows o ON o.id = n.id OFFSET 0) compared
      WHERE changed <> '';
      RETURN NULL;
    END $t$ $f$, comparison);
END $body$;

SELECT leads_rebuild_history();
