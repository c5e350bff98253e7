-- The search document follows its lead. It begins and ends with a space, so that a word of one or two letters (the
-- name Li) is found as a whole word by the trigram index.
CREATE FUNCTION leads_search_document(first_name text, last_name text, email text, phone text, alternate_phone text, notes text)
RETURNS text LANGUAGE sql STABLE AS $$
  SELECT lower(unaccent(concat(' ', concat_ws(' ', first_name, last_name, NULLIF(email, ''), NULLIF(phone, ''), NULLIF(alternate_phone, ''), NULLIF(notes, '')), ' ')))
$$;

CREATE FUNCTION leads_search_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO leads_leadsearch (lead_id, created_at, document)
  SELECT id, created_at, leads_search_document(first_name, last_name, email, phone, alternate_phone, notes) FROM new_rows;
  RETURN NULL;
END $$;

CREATE FUNCTION leads_search_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE leads_leadsearch s
     SET created_at = n.created_at,
         document = leads_search_document(n.first_name, n.last_name, n.email, n.phone, n.alternate_phone, n.notes)
    FROM new_rows n JOIN old_rows o ON o.id = n.id
   WHERE s.lead_id = n.id
     AND (n.first_name, n.last_name, n.email, n.phone, n.alternate_phone, n.notes, n.created_at)
         IS DISTINCT FROM (o.first_name, o.last_name, o.email, o.phone, o.alternate_phone, o.notes, o.created_at);
  RETURN NULL;
END $$;

CREATE FUNCTION leads_search_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM leads_leadsearch s USING old_rows o WHERE s.lead_id = o.id;
  RETURN NULL;
END $$;

CREATE TRIGGER leads_search_insert AFTER INSERT ON leads_lead REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION leads_search_insert();
CREATE TRIGGER leads_search_update AFTER UPDATE ON leads_lead REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION leads_search_update();
CREATE TRIGGER leads_search_delete AFTER DELETE ON leads_lead REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION leads_search_delete();
