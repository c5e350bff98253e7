-- No e-mail address or phone number stands twice within the policy's window, whoever writes and however many
-- write at once. Each key is locked (one of 1,024 advisory locks, in order) before the look: of two transactions
-- with the same person the second waits for the first and then sees its lead. Leads already marked as duplicates
-- are outside of this, on both sides.
CREATE FUNCTION leads_refuse_twins(checked uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  duplicate_window interval := make_interval(days => COALESCE((SELECT duplicate_window_days FROM leads_intakepolicy), 90));
  bucket int;
  twins record;
BEGIN
  FOR bucket IN
    SELECT DISTINCT hashtextextended(key, 0) & 1023
      FROM leads_lead n CROSS JOIN LATERAL unnest(ARRAY[n.email, n.phone]) AS key
     WHERE n.id = ANY (checked) AND key <> ''
     ORDER BY 1
  LOOP
    PERFORM pg_advisory_xact_lock(7301, bucket);
  END LOOP;

  SELECT n.id AS new_id, o.id AS old_id INTO twins
    FROM unnest(checked) AS c(id) JOIN leads_lead n ON n.id = c.id CROSS JOIN LATERAL (
      (SELECT id FROM leads_lead o WHERE n.phone <> '' AND o.phone <> '' AND o.phone = n.phone AND o.id <> n.id AND o.disposition <> 'Duplicate'
          AND o.created_at > n.created_at - duplicate_window AND o.created_at < n.created_at + duplicate_window LIMIT 1)
      UNION ALL
      (SELECT id FROM leads_lead o WHERE n.email <> '' AND o.email <> '' AND o.email = n.email AND o.id <> n.id AND o.disposition <> 'Duplicate'
          AND o.created_at > n.created_at - duplicate_window AND o.created_at < n.created_at + duplicate_window LIMIT 1)) o
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'lead % repeats lead %', twins.new_id, twins.old_id
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'leads_no_duplicates', DETAIL = twins.old_id::text;
  END IF;
END $$;

CREATE FUNCTION leads_duplicates_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  checked uuid[];
BEGIN
  SELECT array_agg(id) INTO checked FROM new_rows WHERE disposition <> 'Duplicate';
  IF checked IS NOT NULL THEN PERFORM leads_refuse_twins(checked); END IF;
  RETURN NULL;
END $$;

-- Only what the statement made comparable anew: a lead that repeats another one since before the window was
-- widened can still be worked.
CREATE FUNCTION leads_duplicates_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  checked uuid[];
BEGIN
  SELECT array_agg(n.id) INTO checked FROM new_rows n JOIN old_rows o ON o.id = n.id
   WHERE n.disposition <> 'Duplicate'
     AND (n.email <> o.email OR n.phone <> o.phone OR n.created_at <> o.created_at OR o.disposition = 'Duplicate');
  IF checked IS NOT NULL THEN PERFORM leads_refuse_twins(checked); END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER leads_duplicates_insert AFTER INSERT ON leads_lead REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION leads_duplicates_insert();
CREATE TRIGGER leads_duplicates_update AFTER UPDATE ON leads_lead REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION leads_duplicates_update();
