// Who may import whom. The sources are looked at without their types (`tests/boundaries.ts`), so these are the imports that happen when
// Saka runs; those of types are held to `.dependency-cruiser-types.cjs`. Files that nobody imports are knip's to find.

/** Lower ranks first; a folder imports lower ranks only. Folders that share a rank leave each other alone. */
const ranks = [
  ['shared'],
  ['platform'],
  // Signing in is an audited act and reading the trail takes an authorised actor: these two know each other.
  ['identity', 'audit'],
  ['scheduler'],
  ['alerts'],
  ['places'],
  ['campaigns'],
  ['discrepancies'],
  ['enrollment', 'stock'],
  ['allocation'],
  ['vouchers'],
  ['redemption'],
  ['notifications', 'reconciliation'],
  ['privacy'],
  ['backups'],
  ['metrics'],
  ['pages'],
]
const modules = ranks.slice(2).flat().join('|')

/** Files that decide and compute and touch nothing else: a folder's rules, and its parts that only know numbers and text. */
const pure = '[a-z/-]*(rules|apportion|sainte-lague|reason|chain|merkle|canonical|verifier)'

const folder = (names) => `^src/(${names.join('|')})/`
const top = '^(src/[^/]+\\.js$|src/(demo|cli)/|jobs/|openapi/)'

const rankRules = ranks.flatMap((names, rank) => {
  const higher = ranks.slice(rank + 1).flat()
  const to = higher.length > 0 ? `${folder(higher)}|${top}` : top
  return [
    {
      name: `${names.join('-and-')}-is-below`,
      comment: 'A folder imports lower ranks only; what it needs from above comes in as an argument.',
      severity: 'error',
      from: { path: folder(names) },
      to: { path: to },
    },
  ]
})

const neighbourRules = ranks
  .filter((names) => names.length > 1 && names !== ranks[2])
  .map((names) => ({
    name: `${names.join('-and-')}-are-neighbours`,
    comment: 'Folders of the same rank leave each other alone.',
    severity: 'error',
    from: { path: folder(names) },
    to: { path: folder(names), pathNot: '^src/$1/' },
  }))

module.exports = {
  forbidden: [
    ...rankRules,
    ...neighbourRules,
    {
      name: 'front-door',
      comment: "A module is entered by its index.ts; tables.ts is open to src/schema.ts, and identity's rules to audit.",
      severity: 'error',
      from: { path: '^(?:src/([^/]+)/|src/|jobs/|openapi/)', pathNot: '^src/schema\\.js$' },
      to: {
        path: `^src/(${modules})/`,
        pathNot: [`^src/(${modules})/index\\.js$`, '^src/$1/', '^src/identity/rules\\.js$'],
      },
    },
    {
      name: 'tables-by-schema',
      comment: 'src/schema.ts joins the tables and knows nothing else of a module.',
      severity: 'error',
      from: { path: '^src/schema\\.js$' },
      to: { path: `^src/(${modules})/`, pathNot: '/tables\\.js$' },
    },
    {
      name: 'pure',
      comment: 'Rules and other pure files import shared code and each other: no database, no HTTP, no clock, no disk.',
      severity: 'error',
      from: { path: `^src/(${modules})/${pure}\\.js$` },
      to: { pathNot: ['^src/shared/', `^src/$1/${pure}\\.js$`, '^(node:)?crypto$'] },
    },
    {
      name: 'shared-imports-nothing',
      comment: 'Service and browser run it; src/shared/tsconfig.json keeps what only one of them has away as well.',
      severity: 'error',
      from: { path: '^src/shared/' },
      to: { pathNot: '^src/shared/' },
    },
    {
      name: 'service-without-web',
      comment: 'The service offers its contract; what runs in a browser is none of its business.',
      severity: 'error',
      from: { path: '^(src|jobs|openapi)/' },
      to: { path: '^web/' },
    },
    {
      name: 'web-imports-shared',
      comment: 'What runs in a browser knows the contract, and of the sources what runs on both sides.',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^(src/(?!shared/)|jobs/|openapi/)' },
    },
    {
      name: 'drizzle-in-repositories',
      comment: 'SQL is written in tables.ts and repository.ts, by names that the use cases can read.',
      severity: 'error',
      from: { path: '^', pathNot: ['/[a-z-]*(tables|repository)[a-z-]*\\.js$', '^src/platform/db/'] },
      to: { path: 'node_modules/drizzle-orm/' },
    },
    {
      name: 'fastify-in-routes',
      comment: 'HTTP is spoken in routes.ts; a use case could as well be called by a command line.',
      severity: 'error',
      from: {
        path: '^',
        pathNot: ['/[a-z-]*(routes|schemas)[a-z-]*\\.js$', '^src/(platform/http|pages)/', '^src/app\\.js$'],
      },
      to: { path: 'node_modules/(fastify|@fastify)/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: { path: '^(src|jobs|openapi)/' }, to: { couldNotResolve: true } },
    {
      name: 'declared',
      comment: 'What runs in service is in "dependencies" of package.json.',
      severity: 'error',
      from: { path: '^(src|jobs)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
}
