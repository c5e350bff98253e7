-- A lead is merged into another one only as long as it counts as a duplicate: whoever gives it another disposition, by any
-- path, ends the tie. History records that with the move.
CREATE FUNCTION leads_end_merge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.merged_into_id := NULL;
  RETURN NEW;
END $$;

CREATE TRIGGER leads_end_merge BEFORE INSERT OR UPDATE ON leads_lead FOR EACH ROW
  WHEN (NEW.merged_into_id IS NOT NULL AND NEW.disposition <> 'Duplicate') EXECUTE FUNCTION leads_end_merge();

-- A new column: the history compares it from now on.
SELECT leads_rebuild_history();
