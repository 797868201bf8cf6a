-- Money stays exact. A CHECK would rebuild tables that everything refers to.
CREATE TRIGGER kits_cost BEFORE INSERT ON kits WHEN NEW.unit_cost_cents > 1000000000000
BEGIN SELECT RAISE(ABORT, 'a kit costs 10,000,000,000 euros at most'); END;
--> statement-breakpoint
CREATE TRIGGER receipts_cost BEFORE INSERT ON receipts WHEN NEW.unit_cost_cents > 1000000000000 / NEW.quantity
BEGIN SELECT RAISE(ABORT, 'a receipt costs 10,000,000,000 euros at most'); END;
