// Whose types may be imported by whom: the ranks are the same as for what runs, and there is no circle, but below its own rank
// everybody may take a type from wherever it stands. `tests/boundaries.ts` leaves out imports of src/deps.ts and src/schema.ts:
// what use cases work with is a type of everybody, and so is the database with every module's tables.
const { forbidden, options } = require('./.dependency-cruiser.cjs')

const alsoForTypes = /-(is-below|are-neighbours)$|^(no-cycles|shared-imports-nothing|service-without-web|web-imports-shared)$/

module.exports = {
  forbidden: [
    ...forbidden.filter(({ name }) => alsoForTypes.test(name)),
    {
      name: 'deps-is-low',
      comment: 'What everybody works with is made of low floors only.',
      severity: 'error',
      from: { path: '^src/deps\\.js$' },
      to: { pathNot: '^src/(platform|shared)/' },
    },
  ],
  options,
}
