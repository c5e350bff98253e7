-- A change says which scopes it touches: core_step('leads', 'agency:ACME'), in its own transaction, by appending rows that
-- nobody else writes. A scope's generation is the exclusive or of its marks: folding cannot change it, every commit does,
-- and the random marks never come to the same twice, not after a rollback, a restored backup or a failover either.
CREATE FUNCTION core_step(VARIADIC scopes text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO core_generationstep (scope, mark)
  SELECT scope, hashtextextended(gen_random_uuid()::text, 0) FROM unnest(scopes) scope;
END $$;

-- Every scope's steps into its row, in one statement, so that every snapshot sees each of them once.
CREATE FUNCTION core_fold_steps() RETURNS bigint LANGUAGE sql AS $$
  WITH steps AS (DELETE FROM core_generationstep RETURNING scope, mark),
  folded AS (
    INSERT INTO core_generation AS generation (scope, mark)
    SELECT scope, bit_xor(mark) FROM steps GROUP BY scope ORDER BY scope
    ON CONFLICT (scope) DO UPDATE SET mark = generation.mark # EXCLUDED.mark)
  SELECT count(*) FROM steps
$$;

-- Emptied every few seconds: vacuumed by how many rows came and went, however few there are.
ALTER TABLE core_generationstep SET (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 10000);
ALTER TABLE core_generation SET (
  fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

CREATE FUNCTION core_step_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM core_step(VARIADIC TG_ARGV);
  RETURN NULL;
END $$;

-- "agents": who there is and who takes leads; not who was seen when, nor the open leads, which follow from the leads.
CREATE TRIGGER core_step_insert AFTER INSERT ON core_user FOR EACH STATEMENT EXECUTE FUNCTION core_step_trigger('agents');
CREATE TRIGGER core_step_delete AFTER DELETE ON core_user FOR EACH STATEMENT EXECUTE FUNCTION core_step_trigger('agents');
CREATE TRIGGER core_step_update AFTER UPDATE ON core_user FOR EACH ROW
  WHEN ((OLD.is_active, OLD.role, OLD.vendor_code, OLD.availability, OLD.max_capacity,
         OLD.first_name, OLD.last_name, OLD.email, OLD.username)
        IS DISTINCT FROM
        (NEW.is_active, NEW.role, NEW.vendor_code, NEW.availability, NEW.max_capacity,
         NEW.first_name, NEW.last_name, NEW.email, NEW.username))
  EXECUTE FUNCTION core_step_trigger('agents');
