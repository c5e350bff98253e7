-- How far a lead ever got on the way forward: 0 New to 8 Closed. The funnel counts by it, so that a lead that is lost
-- after its documents were sent still counts as having been reached. Nobody writes it; an undo takes it back with the
-- outcome. A row that comes back from before the column existed has none: what it shows of itself is what it gets.
CREATE OR REPLACE FUNCTION leads_stage(disposition text) RETURNS smallint LANGUAGE sql IMMUTABLE AS $$
  SELECT (COALESCE(array_position(ARRAY['New', 'Attempting', 'Contacted', 'Qualified', 'In Progress', 'Docs Sent',
    'Awaiting Proof of Claim', 'Retained for Firm', 'Closed'], disposition), 1) - 1)::smallint
$$;

CREATE OR REPLACE FUNCTION leads_stage_shown(disposition text, first_contact_at timestamptz, closed_date timestamptz)
RETURNS smallint LANGUAGE sql IMMUTABLE AS $$
  SELECT GREATEST(leads_stage(disposition),
                  CASE WHEN first_contact_at IS NOT NULL THEN leads_stage('Contacted') END,
                  CASE WHEN closed_date IS NOT NULL THEN leads_stage('Retained for Firm') END)
$$;

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
    NEW.furthest_stage := COALESCE(NEW.furthest_stage, leads_stage_shown(NEW.disposition, NEW.first_contact_at, NEW.closed_date));
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
  NEW.furthest_stage := GREATEST(NEW.furthest_stage, leads_stage_shown(NEW.disposition, NEW.first_contact_at, NEW.closed_date));
  RETURN NEW;
END $$;

SELECT leads_rebuild_history();
