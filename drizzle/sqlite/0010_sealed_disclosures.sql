-- What an event discloses is written with it: a seal comes later, and after that only erasure takes something away.
CREATE TRIGGER audit_disclosures_begin BEFORE INSERT ON audit_disclosures
WHEN EXISTS (SELECT 1 FROM audit_seals WHERE event_id = NEW.event_id)
BEGIN SELECT RAISE(ABORT, 'a sealed event discloses nothing more'); END;
