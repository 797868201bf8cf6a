// drizzle-kit takes the tables from a module's exports; ours are made by one function.
module.exports = require('../src/schema.ts').postgresSchema
