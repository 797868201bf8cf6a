-- Both balances of a movement, and always the same one first: two transactions that locked them crosswise waited for each other
-- until the server ended one, a second later. What is handed out, where all yards meet, has the lowest id.
CREATE OR REPLACE FUNCTION move_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE balances
    SET on_hand = on_hand + CASE location_id WHEN NEW.from_location_id THEN -NEW.quantity ELSE NEW.quantity END
    WHERE location_id = least(NEW.from_location_id, NEW.to_location_id) AND kit_id = NEW.kit_id;
  UPDATE balances
    SET on_hand = on_hand + CASE location_id WHEN NEW.from_location_id THEN -NEW.quantity ELSE NEW.quantity END
    WHERE location_id = greatest(NEW.from_location_id, NEW.to_location_id) AND kit_id = NEW.kit_id;
  RETURN NULL;
END $$;
