-- The ends of the ledger and the road between: one of each, known by fixed ids.
INSERT INTO locations (id, kind, name) VALUES
  ('00000000-0000-7000-8000-000000000001', 'supplier', 'Προμηθευτής'),
  ('00000000-0000-7000-8000-000000000002', 'transit', 'Καθ’ οδόν'),
  ('00000000-0000-7000-8000-000000000003', 'handed_out', 'Παραδόθηκαν'),
  ('00000000-0000-7000-8000-000000000004', 'written_off', 'Διαγράφηκαν');
--> statement-breakpoint
-- A balance is the sum of its movements because nothing else changes it. It begins with the first of them.
CREATE FUNCTION open_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO balances (location_id, kit_id, kind, on_hand)
    SELECT id, NEW.kit_id, kind, 0 FROM locations l WHERE id IN (NEW.from_location_id, NEW.to_location_id)
      AND NOT EXISTS (SELECT 1 FROM balances b WHERE b.location_id = l.id AND b.kit_id = NEW.kit_id)
    ORDER BY id
    ON CONFLICT DO NOTHING;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE FUNCTION move_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE balances
    SET on_hand = on_hand + CASE location_id WHEN NEW.from_location_id THEN -NEW.quantity ELSE NEW.quantity END
    WHERE location_id IN (NEW.from_location_id, NEW.to_location_id) AND kit_id = NEW.kit_id;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER movements_open BEFORE INSERT ON movements FOR EACH ROW EXECUTE FUNCTION open_balances();
--> statement-breakpoint
CREATE TRIGGER movements_move_balances AFTER INSERT ON movements FOR EACH ROW EXECUTE FUNCTION move_balances();
--> statement-breakpoint
-- Refuses what fires it, with the sentence that the trigger is made with.
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$;
--> statement-breakpoint
-- Of a movement its typed reason may be erased, and of a scan what was read: nothing else, and never to anything else.
CREATE TRIGGER movements_stay BEFORE UPDATE OF
  id, kit_id, from_location_id, to_location_id, quantity, kind, cause_type, cause_id, campaign_id, actor_id, reverses_id,
  occurred_at, recorded_at
ON movements
  FOR EACH ROW EXECUTE FUNCTION refuse('movements are never changed');
--> statement-breakpoint
CREATE TRIGGER movements_lose_reason BEFORE UPDATE OF reason ON movements
  FOR EACH ROW WHEN (NEW.reason IS NOT NULL OR NEW.kind = 'adjustment') EXECUTE FUNCTION refuse('movements are never changed');
--> statement-breakpoint
CREATE TRIGGER movements_remain BEFORE DELETE ON movements
  FOR EACH ROW EXECUTE FUNCTION refuse('movements are never deleted');
--> statement-breakpoint
CREATE TRIGGER movements_remain_all BEFORE TRUNCATE ON movements
  EXECUTE FUNCTION refuse('movements are never deleted');
--> statement-breakpoint
CREATE TRIGGER scans_stay BEFORE UPDATE OF
  id, scan_id, campaign_id, school_id, voucher_id, redemption_id, discrepancy_id, result, handed_out, collected_by,
  actor_id, scanned_at, recorded_at, facts
ON scans
  FOR EACH ROW EXECUTE FUNCTION refuse('scans are never changed');
--> statement-breakpoint
CREATE FUNCTION lose_raw() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.raw <> coalesce((SELECT code FROM vouchers WHERE id = NEW.voucher_id), '') THEN
    RAISE EXCEPTION 'scans are never changed';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER scans_lose_raw BEFORE UPDATE OF raw ON scans FOR EACH ROW EXECUTE FUNCTION lose_raw();
--> statement-breakpoint
CREATE TRIGGER scans_remain BEFORE DELETE ON scans
  FOR EACH ROW EXECUTE FUNCTION refuse('scans are never deleted');
--> statement-breakpoint
CREATE TRIGGER scans_remain_all BEFORE TRUNCATE ON scans
  EXECUTE FUNCTION refuse('scans are never deleted');
--> statement-breakpoint
CREATE TRIGGER audit_events_stay BEFORE UPDATE ON audit_events
  FOR EACH ROW EXECUTE FUNCTION refuse('events are never changed');
--> statement-breakpoint
CREATE TRIGGER audit_events_remain BEFORE DELETE ON audit_events
  FOR EACH ROW EXECUTE FUNCTION refuse('events are never deleted');
--> statement-breakpoint
CREATE TRIGGER audit_events_remain_all BEFORE TRUNCATE ON audit_events
  EXECUTE FUNCTION refuse('events are never deleted');
--> statement-breakpoint
-- What is sealed stays sealed, in its place: a seal is the next one or none.
CREATE FUNCTION seal_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.position <> (SELECT coalesce(max(position), 0) + 1 FROM audit_seals) THEN
    RAISE EXCEPTION 'seals follow each other';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER audit_seals_follow BEFORE INSERT ON audit_seals FOR EACH ROW EXECUTE FUNCTION seal_next();
--> statement-breakpoint
CREATE TRIGGER audit_seals_stay BEFORE UPDATE ON audit_seals
  FOR EACH ROW EXECUTE FUNCTION refuse('seals are never changed');
--> statement-breakpoint
CREATE TRIGGER audit_seals_remain BEFORE DELETE ON audit_seals
  FOR EACH ROW EXECUTE FUNCTION refuse('seals are never deleted');
--> statement-breakpoint
CREATE TRIGGER audit_seals_remain_all BEFORE TRUNCATE ON audit_seals
  EXECUTE FUNCTION refuse('seals are never deleted');
--> statement-breakpoint
CREATE TRIGGER audit_nodes_stay BEFORE UPDATE ON audit_nodes
  FOR EACH ROW EXECUTE FUNCTION refuse('nodes are never changed');
--> statement-breakpoint
CREATE TRIGGER audit_nodes_remain BEFORE DELETE ON audit_nodes
  FOR EACH ROW EXECUTE FUNCTION refuse('nodes are never deleted');
--> statement-breakpoint
CREATE TRIGGER audit_nodes_remain_all BEFORE TRUNCATE ON audit_nodes
  EXECUTE FUNCTION refuse('nodes are never deleted');
--> statement-breakpoint
CREATE TRIGGER audit_checkpoints_stay BEFORE UPDATE ON audit_checkpoints
  FOR EACH ROW EXECUTE FUNCTION refuse('checkpoints are never changed');
--> statement-breakpoint
CREATE TRIGGER audit_checkpoints_remain BEFORE DELETE ON audit_checkpoints
  FOR EACH ROW EXECUTE FUNCTION refuse('checkpoints are never deleted');
--> statement-breakpoint
CREATE TRIGGER audit_checkpoints_remain_all BEFORE TRUNCATE ON audit_checkpoints
  EXECUTE FUNCTION refuse('checkpoints are never deleted');
--> statement-breakpoint
CREATE TRIGGER audit_mailings_stay BEFORE UPDATE ON audit_mailings
  FOR EACH ROW EXECUTE FUNCTION refuse('mailings are never changed');
--> statement-breakpoint
CREATE TRIGGER audit_mailings_remain BEFORE DELETE ON audit_mailings
  FOR EACH ROW EXECUTE FUNCTION refuse('mailings are never deleted');
--> statement-breakpoint
CREATE TRIGGER audit_mailings_remain_all BEFORE TRUNCATE ON audit_mailings
  EXECUTE FUNCTION refuse('mailings are never deleted');
--> statement-breakpoint
-- What was committed to is disclosed as it was, or not at all.
CREATE TRIGGER audit_disclosures_stay BEFORE UPDATE ON audit_disclosures
  FOR EACH ROW EXECUTE FUNCTION refuse('disclosures are never changed');
--> statement-breakpoint
CREATE TRIGGER erasures_stay BEFORE UPDATE ON erasures
  FOR EACH ROW
  WHEN (OLD.finished_at IS NOT NULL) EXECUTE FUNCTION refuse('erasure reports are never changed');
--> statement-breakpoint
CREATE TRIGGER erasures_remain BEFORE DELETE ON erasures
  FOR EACH ROW EXECUTE FUNCTION refuse('erasure reports are never deleted');
--> statement-breakpoint
CREATE TRIGGER erasures_remain_all BEFORE TRUNCATE ON erasures
  EXECUTE FUNCTION refuse('erasure reports are never deleted');
--> statement-breakpoint
ALTER TABLE campaigns ADD CONSTRAINT campaigns_retention CHECK (retention_days BETWEEN 0 AND 3650);
--> statement-breakpoint
-- Holds nothing. Its lock is what transactions wait for that have to be alone.
CREATE TABLE turns ();
