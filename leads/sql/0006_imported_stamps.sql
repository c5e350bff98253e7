-- A lead that another CRM had contacted was not contacted at the moment it was imported: where the file does
-- not say when, nobody knows, and response times must not be reckoned from it. The rest is 0001_stamps.sql.
CREATE OR REPLACE FUNCTION leads_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW IS NOT DISTINCT FROM OLD THEN
      RETURN NEW;
    END IF;
    IF NEW.updated_at = OLD.updated_at THEN
      NEW.updated_at := clock_timestamp();
    END IF;
    IF NEW.assigned_agent_id IS DISTINCT FROM OLD.assigned_agent_id AND NEW.assigned_at IS NOT DISTINCT FROM OLD.assigned_at THEN
      NEW.assigned_at := CASE WHEN NEW.assigned_agent_id IS NULL THEN NULL ELSE clock_timestamp() END;
    END IF;
    IF NEW.disposition <> OLD.disposition
       AND NEW.disposition NOT IN ('New', 'Duplicate', 'Returned')
       AND NEW.last_contact IS NOT DISTINCT FROM OLD.last_contact THEN
      NEW.last_contact := clock_timestamp();
    END IF;
  ELSIF NEW.assigned_agent_id IS NOT NULL AND NEW.assigned_at IS NULL THEN
    NEW.assigned_at := NEW.created_at;
  END IF;
  IF NEW.first_contact_at IS NULL AND NEW.disposition IN
     ('Contacted', 'Qualified', 'In Progress', 'Docs Sent', 'Awaiting Proof of Claim', 'Retained for Firm', 'Closed') THEN
    IF TG_OP = 'UPDATE' AND OLD.disposition = NEW.disposition THEN
      NULL;  -- it was imported so, and this change is about something else
    ELSIF TG_OP = 'INSERT' AND leads_change_signature() ->> 'action' = 'imported' THEN
      NEW.first_contact_at := NEW.last_contact;
    ELSE
      NEW.first_contact_at := COALESCE(NEW.last_contact, clock_timestamp());
    END IF;
  END IF;
  IF NEW.closed_date IS NULL AND NEW.disposition IN ('Retained for Firm', 'Closed') THEN
    NEW.closed_date := clock_timestamp();
  END IF;
  RETURN NEW;
END $$;
