import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startSaka } from '../support/saka.ts'
import { runInTerminal } from '../support/terminal.ts'
import { recordEvents, verifyOffline } from '../support/trail.ts'

const { api, deps } = await startSaka(t)
await recordEvents(deps, 5)
/** The lines of an export of six entries. */
const lines = (await api.get('/audit/export')).text.trimEnd().split('\n')
const text = (lines: string[]) => `${lines.join('\n')}\n`

t.test('what is changed in an export is found where it is', async (t) => {
  const told = async (changed: string[]) => {
    const { code, out } = await verifyOffline(t, text(changed))
    t.equal(code, 1)
    return out.split('\n').filter((line) => line.startsWith('- '))
  }
  t.match(await verifyOffline(t, text(lines)), { code: 0, out: /^The trail is intact: 6 entries, 1 checkpoint\./ })
  t.match(
    (await told(lines.with(3, lines[3]!.replace('test.happened', 'test.invented'))))[0],
    /^- Entry 3 \(event \S+\) is not/,
  )
  t.match((await told(lines.toSpliced(3, 1)))[0], '- Entry 3 is missing.')
  t.match((await told(lines.toSpliced(3, 2)))[0], '- Entries 3 to 4 are missing.')
  t.match((await told(lines.toSpliced(3, 0, lines[3]!)))[0], /^- Entry 3 .* stands behind a later one/)
  const swapped = await told(lines.with(3, lines[4]!).with(4, lines[3]!))
  t.match(swapped, ['- Entry 3 is missing.', /^- Entry 3 .* stands behind a later one/])
  const renamed = lines
    .with(3, lines[4]!.replace('"position":4', '"position":3'))
    .with(4, lines[3]!.replace('"position":3', '"position":4'))
  t.match((await told(renamed))[0], /^- Entry 3 .* does not follow the one before it/)
  t.match(await told(lines.with(3, 'nothing')), ['- Line 4 is not what an export has there.', '- Entry 3 is missing.'])
  t.match(await told(lines.slice(0, -1)), [/^- The file ends in line 8, before the export does/])
  t.match((await told(lines.with(7, lines[7]!.replace('"size":6', '"size":5'))))[0], /^- The checkpoint of 5 entries/)
  t.match(await told([...lines, lines[3]!]), ['- Line 10 is not what an export has there.'])
})

t.test('an export signed by somebody else is found by the key that is known', async (t) => {
  t.match(await verifyOffline(t, text(lines), { key: 'ab'.repeat(32) }), {
    code: 1,
    out: '- The checkpoint of 6 entries is signed with a key that is not trusted.\n',
  })
})

t.test('what cannot be verified is told apart from what is broken', async (t) => {
  const folder = t.testdir()
  const file = join(folder, 'trail.ndjson')
  writeFileSync(file, text(lines))
  const empty = join(folder, 'empty')
  writeFileSync(empty, '')
  for (const [args, sentence] of [
    [[], /^Name one file/],
    [[file, file], /^Name one file/],
    [[file, '--loud'], /^These arguments are not understood/],
    [[file, '--key', 'short'], /^A public key has 64 hexadecimal digits/],
    [[join(folder, 'nowhere')], /cannot be read \(ENOENT\)/],
    [[folder], /cannot be read \(EISDIR\)/],
    [[empty], /is empty/],
    [[file, '--checkpoints', empty], /There is no checkpoint in/],
    [[file, '--checkpoints', file], /Line 1 of .* is no checkpoint/],
  ] as [string[], RegExp][]) {
    const { code, err, out } = await runInTerminal(['verify-audit', ...args])
    t.same([code, out], [2, ''])
    t.match(err, sentence)
  }
  writeFileSync(file, 'κείμενο')
  t.match(await runInTerminal(['verify-audit', file]), { code: 2, err: /is no export of a trail/ })
})
