-- No e-mail address or phone number comes in twice within the policy's window, whoever writes and however
-- many write at once. Each key is locked (one of 1,024 advisory locks, in order) before the look: of two
-- transactions with the same person the second waits for the first and then sees its lead. Leads already
-- marked as duplicates are outside of this, on both sides.
CREATE FUNCTION leads_refuse_duplicates() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  duplicate_window interval := make_interval(days => COALESCE((SELECT duplicate_window_days FROM leads_intakepolicy), 90));
  bucket int;
  double_entry record;
BEGIN
  FOR bucket IN
    SELECT DISTINCT hashtextextended(key, 0) & 1023 AS bucket
      FROM (SELECT email AS key FROM new_rows WHERE email <> '' AND disposition <> 'Duplicate'
            UNION ALL SELECT phone FROM new_rows WHERE phone <> '' AND disposition <> 'Duplicate') keys
     ORDER BY 1
  LOOP
    PERFORM pg_advisory_xact_lock(7301, bucket);
  END LOOP;

  SELECT n.id AS new_id, o.id AS old_id INTO double_entry
    FROM new_rows n CROSS JOIN LATERAL (
      (SELECT id FROM leads_lead o WHERE n.phone <> '' AND o.phone <> '' AND o.phone = n.phone AND o.id <> n.id AND o.disposition <> 'Duplicate'
          AND o.created_at > n.created_at - duplicate_window AND o.created_at < n.created_at + duplicate_window LIMIT 1)
      UNION ALL
      (SELECT id FROM leads_lead o WHERE n.email <> '' AND o.email <> '' AND o.email = n.email AND o.id <> n.id AND o.disposition <> 'Duplicate'
          AND o.created_at > n.created_at - duplicate_window AND o.created_at < n.created_at + duplicate_window LIMIT 1)) o
   WHERE n.disposition <> 'Duplicate' LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'lead % repeats lead %', double_entry.new_id, double_entry.old_id
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'leads_no_duplicates', DETAIL = double_entry.old_id::text;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER leads_refuse_duplicates AFTER INSERT ON leads_lead REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION leads_refuse_duplicates();
