-- The search document follows its lead: names, e-mail and phones for any part of them, the words of the notes for
-- their beginnings. It begins and ends with a space, so that a word of one or two letters (the name Li) is found as
-- a whole word by the trigram index.
CREATE FUNCTION leads_search_document(first_name text, last_name text, email text, phone text, alternate_phone text)
RETURNS text LANGUAGE sql STABLE AS $$
  SELECT lower(unaccent(concat(' ', concat_ws(' ', first_name, last_name, NULLIF(email, ''), NULLIF(phone, ''), NULLIF(alternate_phone, '')), ' ')))
$$;

CREATE FUNCTION leads_search_notes(notes text) RETURNS tsvector LANGUAGE sql STABLE AS $$
  SELECT to_tsvector('simple', lower(unaccent(notes)))
$$;

-- Words that begin with `word`, or are it where it has one or two letters. Quoted after folding: unaccent() turns some
-- characters into quotes.
CREATE FUNCTION leads_words_query(word text) RETURNS tsquery LANGUAGE sql STABLE AS $$
  SELECT to_tsquery('simple', '''' || replace(replace(lower(unaccent(word)), '\', '\\'), '''', '''''') || ''''
                              || CASE WHEN length(word) < 3 THEN '' ELSE ':*' END)
$$;

CREATE FUNCTION leads_search_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO leads_leadsearch (lead_id, created_at, document, notes)
  SELECT id, created_at, leads_search_document(first_name, last_name, email, phone, alternate_phone), leads_search_notes(notes)
    FROM new_rows;
  RETURN NULL;
END $$;

CREATE FUNCTION leads_search_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE leads_leadsearch s
     SET created_at = n.created_at,
         document = leads_search_document(n.first_name, n.last_name, n.email, n.phone, n.alternate_phone),
         notes = leads_search_notes(n.notes)
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
