-- The ends of the ledger and the road between: one of each, known by fixed ids.
INSERT INTO locations (id, kind, name) VALUES
  ('00000000-0000-7000-8000-000000000001', 'supplier', 'Προμηθευτής'),
  ('00000000-0000-7000-8000-000000000002', 'transit', 'Καθ’ οδόν'),
  ('00000000-0000-7000-8000-000000000003', 'handed_out', 'Παραδόθηκαν'),
  ('00000000-0000-7000-8000-000000000004', 'written_off', 'Διαγράφηκαν');
--> statement-breakpoint
-- A balance is the sum of its movements because nothing else changes it. It begins with the first of them.
CREATE TRIGGER movements_open_from BEFORE INSERT ON movements
WHEN NOT EXISTS (SELECT 1 FROM balances WHERE location_id = NEW.from_location_id AND kit_id = NEW.kit_id) BEGIN
  INSERT INTO balances (location_id, kit_id, kind, on_hand)
    SELECT id, NEW.kit_id, kind, 0 FROM locations WHERE id = NEW.from_location_id;
END;
--> statement-breakpoint
CREATE TRIGGER movements_open_to BEFORE INSERT ON movements
WHEN NOT EXISTS (SELECT 1 FROM balances WHERE location_id = NEW.to_location_id AND kit_id = NEW.kit_id) BEGIN
  INSERT INTO balances (location_id, kit_id, kind, on_hand)
    SELECT id, NEW.kit_id, kind, 0 FROM locations WHERE id = NEW.to_location_id;
END;
--> statement-breakpoint
CREATE TRIGGER movements_move_balances AFTER INSERT ON movements BEGIN
  UPDATE balances SET on_hand = on_hand - NEW.quantity
    WHERE location_id = NEW.from_location_id AND kit_id = NEW.kit_id;
  UPDATE balances SET on_hand = on_hand + NEW.quantity
    WHERE location_id = NEW.to_location_id AND kit_id = NEW.kit_id;
END;
--> statement-breakpoint
CREATE TRIGGER movements_stay BEFORE UPDATE ON movements BEGIN SELECT RAISE(ABORT, 'movements are never changed'); END;
--> statement-breakpoint
CREATE TRIGGER movements_remain BEFORE DELETE ON movements BEGIN SELECT RAISE(ABORT, 'movements are never deleted'); END;
--> statement-breakpoint
CREATE TRIGGER audit_events_stay BEFORE UPDATE ON audit_events BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
--> statement-breakpoint
CREATE TRIGGER audit_events_remain BEFORE DELETE ON audit_events BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
--> statement-breakpoint
CREATE TRIGGER scans_stay BEFORE UPDATE ON scans BEGIN SELECT RAISE(ABORT, 'scans are never changed'); END;
--> statement-breakpoint
CREATE TRIGGER scans_remain BEFORE DELETE ON scans BEGIN SELECT RAISE(ABORT, 'scans are never deleted'); END;
