-- What is sealed stays sealed, in its place: a seal is the next one or none.
CREATE TRIGGER audit_seals_follow BEFORE INSERT ON audit_seals
WHEN NEW.position <> (SELECT coalesce(max(position), 0) + 1 FROM audit_seals) BEGIN
  SELECT RAISE(ABORT, 'seals follow each other');
END;
--> statement-breakpoint
CREATE TRIGGER audit_seals_stay BEFORE UPDATE ON audit_seals BEGIN SELECT RAISE(ABORT, 'seals are never changed'); END;
--> statement-breakpoint
CREATE TRIGGER audit_seals_remain BEFORE DELETE ON audit_seals BEGIN SELECT RAISE(ABORT, 'seals are never deleted'); END;
--> statement-breakpoint
CREATE TRIGGER audit_nodes_stay BEFORE UPDATE ON audit_nodes BEGIN SELECT RAISE(ABORT, 'nodes are never changed'); END;
--> statement-breakpoint
CREATE TRIGGER audit_nodes_remain BEFORE DELETE ON audit_nodes BEGIN SELECT RAISE(ABORT, 'nodes are never deleted'); END;
--> statement-breakpoint
CREATE TRIGGER audit_checkpoints_stay BEFORE UPDATE ON audit_checkpoints BEGIN SELECT RAISE(ABORT, 'checkpoints are never changed'); END;
--> statement-breakpoint
CREATE TRIGGER audit_checkpoints_remain BEFORE DELETE ON audit_checkpoints BEGIN SELECT RAISE(ABORT, 'checkpoints are never deleted'); END;
--> statement-breakpoint
CREATE TRIGGER audit_mailings_stay BEFORE UPDATE ON audit_mailings BEGIN SELECT RAISE(ABORT, 'mailings are never changed'); END;
--> statement-breakpoint
CREATE TRIGGER audit_mailings_remain BEFORE DELETE ON audit_mailings BEGIN SELECT RAISE(ABORT, 'mailings are never deleted'); END;
