-- An undo writes the stamps back as they were, with everything else, also those of a lead that it brings back after its
-- deletion: crm.restoring = 'on' (for one transaction) keeps the stamps' trigger from making new ones. Everything else
-- is as in 0001.
CREATE OR REPLACE FUNCTION leads_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW IS NOT DISTINCT FROM OLD THEN
      RETURN NEW;
    END IF;
    IF NEW.updated_at = OLD.updated_at THEN
      NEW.updated_at := clock_timestamp();
    END IF;
  END IF;
  IF current_setting('crm.restoring', true) = 'on' THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF NEW.assigned_agent_id IS DISTINCT FROM OLD.assigned_agent_id AND NEW.assigned_at IS NOT DISTINCT FROM OLD.assigned_at THEN
      NEW.assigned_at := CASE WHEN NEW.assigned_agent_id IS NULL THEN NULL ELSE clock_timestamp() END;
    END IF;
    IF NEW.disposition <> OLD.disposition
       AND NEW.disposition NOT IN ('New', 'Duplicate', 'Returned')
       AND NEW.last_contact IS NOT DISTINCT FROM OLD.last_contact THEN
      NEW.last_contact := clock_timestamp();
    END IF;
    IF NEW.first_contact_at IS NULL AND leads_is_contacted(NEW.disposition) AND NOT leads_is_contacted(OLD.disposition) THEN
      NEW.first_contact_at := NEW.last_contact;
    END IF;
  ELSE
    IF NEW.assigned_agent_id IS NOT NULL AND NEW.assigned_at IS NULL THEN
      NEW.assigned_at := NEW.created_at;
    END IF;
    IF NEW.first_contact_at IS NULL AND leads_is_contacted(NEW.disposition) THEN
      NEW.first_contact_at := COALESCE(
        NEW.last_contact,
        CASE WHEN leads_change_signature() ->> 'action' = 'imported' THEN NULL ELSE clock_timestamp() END);
    END IF;
  END IF;
  IF NEW.closed_date IS NULL AND NEW.disposition IN ('Retained for Firm', 'Closed') THEN
    NEW.closed_date := clock_timestamp();
  END IF;
  RETURN NEW;
END $$;
