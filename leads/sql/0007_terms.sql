-- What is looked for, folded as the documents are. Marked immutable so that the planner sees a constant: it reckons with
-- the word's own frequency, and folds once instead of once a row. No index is built on these.
CREATE FUNCTION leads_folded(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT lower(unaccent(value))
$$;
ALTER FUNCTION leads_words_query(text) IMMUTABLE PARALLEL SAFE;

-- A thousand samples instead of a hundred: the planner must tell one lead in a thousand from one in a hundred, to choose
-- between the trigram index and a walk that ends with the page.
ALTER TABLE leads_leadsearch ALTER COLUMN document SET STATISTICS 1000;

-- Notes without a word are no document: of an empty one the planner does not know that it holds nothing, takes every word
-- for one in fifty notes, and walks over a million leads to find a rare name "soon". How many are NULL it knows.
CREATE OR REPLACE FUNCTION leads_search_notes(notes text) RETURNS tsvector LANGUAGE sql STABLE AS $$
  SELECT NULLIF(to_tsvector('simple', lower(unaccent(notes))), '')
$$;
UPDATE leads_leadsearch SET notes = NULL WHERE notes = '';

-- The distinct cities, campaigns and tags of the leads, for suggestions: each once for everybody (agency ''), cities and
-- campaigns once more for their agency. Vendors are not shown tags, so tags have no agency. `folded` begins with a space,
-- so that the trigram index finds the beginnings of words, a single letter too.
CREATE FUNCTION leads_terms(vendor text, city text, campaign text, tags text[])
RETURNS TABLE (kind text, agency text, value text) LANGUAGE sql IMMUTABLE AS $$
  SELECT t.kind, t.agency, t.value
    FROM (VALUES ('city', '', city), ('city', vendor, city), ('campaign', '', campaign), ('campaign', vendor, campaign)) AS t(kind, agency, value)
   WHERE t.value <> ''
  UNION ALL
  SELECT 'tag', '', tag FROM unnest(tags) AS tag WHERE tag <> ''
$$;

-- Looks before it writes, and no unique index makes it wait: nearly all terms are known, nothing is counted, so no row
-- is written twice or locked. Of two transactions that bring the same new term at once both write it; readers take it
-- once, and leads_tidy_terms() drops the second.
CREATE FUNCTION leads_collect_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO leads_term (kind, agency, value, folded)
  SELECT kind, agency, value, ' ' || leads_folded(value)
    FROM (SELECT DISTINCT t.kind, t.agency, t.value
            FROM new_rows n CROSS JOIN LATERAL leads_terms(n.vendor_code, n.city, n.campaign_source, n.tags) t) named
   WHERE NOT EXISTS (SELECT FROM leads_term k WHERE k.kind = named.kind AND k.agency = named.agency AND k.value = named.value);
  RETURN NULL;
END $$;

-- Makes the terms those of the leads again; returns how many rows that took. A term that loses its last lead stays until
-- then. One that a lead brings back in the very moment it is dropped is missing until the next tidying.
CREATE FUNCTION leads_tidy_terms() RETURNS bigint LANGUAGE sql AS $$
  WITH used AS MATERIALIZED (
    SELECT DISTINCT t.kind, t.agency, t.value
      FROM leads_lead n CROSS JOIN LATERAL leads_terms(n.vendor_code, n.city, n.campaign_source, n.tags) t),
  dropped AS (
    DELETE FROM leads_term k
     WHERE NOT EXISTS (SELECT FROM used u WHERE u.kind = k.kind AND u.agency = k.agency AND u.value = k.value)
        OR EXISTS (SELECT FROM leads_term o WHERE o.kind = k.kind AND o.agency = k.agency AND o.value = k.value AND o.id < k.id)
    RETURNING 1),
  added AS (
    INSERT INTO leads_term (kind, agency, value, folded)
    SELECT kind, agency, value, ' ' || leads_folded(value) FROM used u
     WHERE NOT EXISTS (SELECT FROM leads_term k WHERE k.kind = u.kind AND k.agency = u.agency AND k.value = u.value)
    RETURNING 1)
  SELECT (SELECT count(*) FROM dropped) + (SELECT count(*) FROM added)
$$;

CREATE TRIGGER leads_collect_terms_insert AFTER INSERT ON leads_lead REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION leads_collect_terms();
CREATE TRIGGER leads_collect_terms_update AFTER UPDATE ON leads_lead REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION leads_collect_terms();
