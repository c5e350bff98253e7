-- Stamps that follow from the row itself, set for every path that writes leads.
--
-- A lead that another CRM had contacted was not contacted at the moment it was imported: where the file does not
-- say when, nobody knows, and response times must not be reckoned from it, now or at a later move.
CREATE FUNCTION leads_is_contacted(disposition text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT disposition IN ('Contacted', 'Qualified', 'In Progress', 'Docs Sent', 'Awaiting Proof of Claim', 'Retained for Firm', 'Closed')
$$;

CREATE FUNCTION leads_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE TRIGGER leads_stamp BEFORE INSERT OR UPDATE ON leads_lead FOR EACH ROW EXECUTE FUNCTION leads_stamp();
