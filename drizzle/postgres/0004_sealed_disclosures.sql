-- What an event discloses is written with it: a seal comes later, and after that only erasure takes something away.
CREATE FUNCTION refuse_late_disclosure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM audit_seals WHERE event_id = NEW.event_id) THEN
    RAISE EXCEPTION 'a sealed event discloses nothing more';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER audit_disclosures_begin BEFORE INSERT ON audit_disclosures
  FOR EACH ROW EXECUTE FUNCTION refuse_late_disclosure();
