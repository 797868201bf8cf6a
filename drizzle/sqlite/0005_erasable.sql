-- Of a movement its typed reason may be erased, and of a scan what was read: nothing else, and never to anything else.
DROP TRIGGER movements_stay;
--> statement-breakpoint
CREATE TRIGGER movements_stay BEFORE UPDATE OF
  id, kit_id, from_location_id, to_location_id, quantity, kind, cause_type, cause_id, campaign_id, actor_id, reverses_id,
  occurred_at, recorded_at ON movements
BEGIN SELECT RAISE(ABORT, 'movements are never changed'); END;
--> statement-breakpoint
CREATE TRIGGER movements_lose_reason BEFORE UPDATE OF reason ON movements
WHEN NEW.reason IS NOT NULL OR NEW.kind = 'adjustment'
BEGIN SELECT RAISE(ABORT, 'movements are never changed'); END;
--> statement-breakpoint
DROP TRIGGER scans_stay;
--> statement-breakpoint
CREATE TRIGGER scans_stay BEFORE UPDATE OF
  id, scan_id, campaign_id, school_id, voucher_id, redemption_id, discrepancy_id, result, handed_out, collected_by,
  actor_id, scanned_at, recorded_at, facts ON scans
BEGIN SELECT RAISE(ABORT, 'scans are never changed'); END;
--> statement-breakpoint
CREATE TRIGGER scans_lose_raw BEFORE UPDATE OF raw ON scans
WHEN NEW.raw <> coalesce((SELECT code FROM vouchers WHERE id = NEW.voucher_id), '')
BEGIN SELECT RAISE(ABORT, 'scans are never changed'); END;
--> statement-breakpoint
-- What was committed to is disclosed as it was, or not at all.
CREATE TRIGGER audit_disclosures_stay BEFORE UPDATE ON audit_disclosures
BEGIN SELECT RAISE(ABORT, 'disclosures are never changed'); END;
--> statement-breakpoint
CREATE TRIGGER erasures_stay BEFORE UPDATE ON erasures WHEN OLD.finished_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'erasure reports are never changed'); END;
--> statement-breakpoint
CREATE TRIGGER erasures_remain BEFORE DELETE ON erasures
BEGIN SELECT RAISE(ABORT, 'erasure reports are never deleted'); END;
--> statement-breakpoint
-- A CHECK would rebuild the table that everything refers to.
CREATE TRIGGER campaigns_retention_new BEFORE INSERT ON campaigns WHEN NEW.retention_days NOT BETWEEN 0 AND 3650
BEGIN SELECT RAISE(ABORT, 'retention is 0 to 3650 days'); END;
--> statement-breakpoint
CREATE TRIGGER campaigns_retention_changed BEFORE UPDATE OF retention_days ON campaigns
WHEN NEW.retention_days NOT BETWEEN 0 AND 3650
BEGIN SELECT RAISE(ABORT, 'retention is 0 to 3650 days'); END;
