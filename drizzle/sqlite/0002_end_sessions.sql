-- Sessions get columns that none of today's has. Everybody signs in anew.
DELETE FROM `sessions`;
