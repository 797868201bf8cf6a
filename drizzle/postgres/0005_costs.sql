-- Money stays exact. What is there already is left as it is.
ALTER TABLE kits ADD CONSTRAINT kits_cost CHECK (unit_cost_cents <= 1000000000000) NOT VALID;
--> statement-breakpoint
ALTER TABLE receipts ADD CONSTRAINT receipts_cost CHECK (unit_cost_cents <= 1000000000000 / nullif(quantity, 0)) NOT VALID;
