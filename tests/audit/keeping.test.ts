import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { mailCheckpointJob } from '../../jobs/mail-checkpoint.ts'
import { sealTrailJob } from '../../jobs/seal-trail.ts'
import { checkpointFile } from '../../src/audit/sealing/copies.ts'
import { sharedVerification } from '../../src/audit/verification/use-cases.ts'
import { systemActor } from '../../src/identity/rules.ts'
import { openSigner } from '../../src/platform/keys/signing-key.ts'
import { mailServer } from '../support/mailbox.ts'
import { type Saka, startSaka } from '../support/saka.ts'
import { recordEvents, tamper } from '../support/trail.ts'

const copiesOf = ({ deps }: Saka) => readFileSync(checkpointFile(deps.config), 'utf8')
async function recordAndSeal(saka: Saka, count = 1): Promise<void> {
  await recordEvents(saka.deps, count)
  await sealTrailJob.run(saka.deps)
}
const checkpointsOf = async ({ api }: Saka) => (await api.get('/audit/checkpoints')).json.items.reverse()

t.test('every checkpoint is copied into the folder that is configured, a line for each', async (t) => {
  const folder = t.testdir()
  const saka = await startSaka(t, { env: { CHECKPOINT_FOLDER: folder } })
  t.equal(checkpointFile(saka.deps.config), join(folder, 'saka.db.checkpoints.ndjson'))
  await recordAndSeal(saka)
  await recordAndSeal(saka)
  const lines = copiesOf(saka).trimEnd().split('\n')
  t.same(
    lines.map((line) => JSON.parse(line)),
    await checkpointsOf(saka),
  )
})

t.test('what could not be copied is copied as soon as it can be, and said until then', async (t) => {
  const folder = join(t.testdir(), 'share')
  const saka = await startSaka(t, { env: { CHECKPOINT_FOLDER: folder } })
  await recordEvents(saka.deps, 1)
  await t.rejects(sealTrailJob.run(saka.deps), { code: 'ENOENT' })
  t.match((await saka.api.get('/audit/verification')).json, { intact: true, checkpoints: 1 })
  mkdirSync(folder)
  await recordEvents(saka.deps, 1)
  t.same(await sealTrailJob.run(saka.deps), { sealed: 1, copied: 2 })
})

t.test('a copy that a crash cut off in the middle is made anew', async (t) => {
  const saka = await startSaka(t)
  await recordAndSeal(saka)
  const whole = copiesOf(saka)
  for (const rest of [whole.slice(0, 50), whole.trimEnd()]) {
    await recordAndSeal(saka)
    const file = checkpointFile(saka.deps.config)
    writeFileSync(file, copiesOf(saka).split('\n').slice(0, -2).concat(rest).join('\n'))
    await sealTrailJob.run(saka.deps)
    const lines = copiesOf(saka).trimEnd().split('\n')
    t.same(
      lines.map((line) => JSON.parse(line)),
      await checkpointsOf(saka),
    )
  }
})

t.test('a trail that no longer has what was copied says so, and nothing of the copy is lost', async (t) => {
  const saka = await startSaka(t)
  await recordAndSeal(saka, 3)
  await recordAndSeal(saka, 3)
  const kept = copiesOf(saka)
  await tamper(saka.deps, 'DELETE FROM audit_checkpoints WHERE size > 3', 'DELETE FROM audit_seals WHERE position > 3')
  await recordEvents(saka.deps, 1)
  await t.rejects(sealTrailJob.run(saka.deps), {
    code: 'trail_broken',
    message: /checkpoint of 6 entries that was kept/,
  })
  t.equal(copiesOf(saka), kept)
})

t.test('a copy that somebody made up accuses nobody and is found', async (t) => {
  const saka = await startSaka(t)
  await recordAndSeal(saka, 3)
  const forged = { ...JSON.parse(copiesOf(saka)), size: 2, root: 'ab'.repeat(32) }
  appendFileSync(checkpointFile(saka.deps.config), `${JSON.stringify(forged)}\n`)
  t.match((await saka.api.get('/audit/verification')).json.faults, [{ kind: 'forged', position: 2 }])
})

t.test('the signing key is made once, for its owner’s eyes, and found again', async (t) => {
  const { deps, folder } = await startSaka(t)
  const file = join(folder, 'saka.db.audit-key')
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.equal(openSigner(undefined, file).publicKey, deps.signer.publicKey)
  t.equal(openSigner(readFileSync(file, 'utf8').trim(), '/nowhere').publicKey, deps.signer.publicKey, 'or is given')
  writeFileSync(file, 'something else')
  t.throws(() => openSigner(undefined, file), { message: /holds no signing key/ })
})

t.test('after a change of key, the former one is trusted where it is named', async (t) => {
  const saka = await startSaka(t)
  await recordAndSeal(saka)
  const former = saka.deps.signer.publicKey
  rmSync(join(saka.folder, 'saka.db.audit-key'))
  const deps = { ...saka.deps, signer: openSigner(undefined, join(saka.folder, 'saka.db.audit-key')) }
  await recordEvents(deps, 1)
  const verifyTrail = sharedVerification()
  t.match(await verifyTrail(deps, systemActor), { intact: false, firstBroken: { kind: 'unknown_key', position: 1 } })
  const config = { ...deps.config, auditFormerKeys: [former] }
  t.match(await verifyTrail({ ...deps, config }, systemActor), { intact: true, keys: [former, deps.signer.publicKey] })
})

t.test('the auditor gets a checkpoint by mail, once a day', async (t) => {
  const post = await mailServer(t)
  const saka = await startSaka(t, { env: { SMTP_URL: post.url, AUDITOR_EMAIL: 'auditor@example.org' } })
  t.same(await mailCheckpointJob.run(saka.deps), { sent: 0 }, 'there is none yet')
  await recordAndSeal(saka)
  t.same(await mailCheckpointJob.run(saka.deps), { sent: 1 })
  await recordAndSeal(saka)
  t.same(await mailCheckpointJob.run(saka.deps), { sent: 0 }, 'today')
  saka.clock.set('2023-09-11T21:05:00.000Z')
  await recordAndSeal(saka)
  t.same(await mailCheckpointJob.run(saka.deps), { sent: 1 }, 'after midnight in Athens')

  const [checkpoint] = await checkpointsOf(saka)
  const [mail] = post.mails
  t.match(mail, /^From: saka@saka\.example\.org\r$/m)
  t.match(mail, /^To: auditor@example\.org\r$/m)
  const [, attached] = /filename=checkpoint-1\.ndjson\r\n\r\n([^-]+)/.exec(mail!)!
  t.same(JSON.parse(Buffer.from(attached!, 'base64').toString()), checkpoint)
  const { items } = (await saka.api.get('/audit/events?action=checkpoint.mailed')).json
  t.match(items, [{ subjectId: '4', actorKind: 'system' }, { subjectId: '1' }])
})

t.test('a mail that is refused is written down, said without the address, and sent by the next run', async (t) => {
  const post = await mailServer(t)
  const saka = await startSaka(t, { env: { SMTP_URL: post.url, AUDITOR_EMAIL: 'auditor@example.org' } })
  await recordAndSeal(saka)
  post.refuses = true
  const error: Error = await mailCheckpointJob.run(saka.deps).then(
    () => t.fail('it was taken') as never,
    (error) => error,
  )
  t.match(error.message, 'the mail server did not take the checkpoint: EENVELOPE 550')
  t.notMatch(`${error.message} ${error.stack} ${error.cause}`, 'auditor@')
  t.match((await saka.api.get('/audit/events?action=checkpoint.mail_failed')).json.items, [{ subjectId: '1' }])
  post.refuses = false
  t.same(await mailCheckpointJob.run(saka.deps), { sent: 1 })
  t.equal(post.mails.length, 1)
})

t.test('without a mail server nothing is mailed, and that is no fault', async (t) => {
  const saka = await startSaka(t)
  await recordAndSeal(saka)
  t.same(await mailCheckpointJob.run(saka.deps), { sent: 0 })
})
