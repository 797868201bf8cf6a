import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { openLane } from '../../jobs/lane.ts'
import { sendMailJob } from '../../jobs/send-messages.ts'
import { buildApp } from '../../src/app.ts'
import { planReminders } from '../../src/notifications/index.ts'
import { renderMail } from '../../src/notifications/words/render.ts'
import { openDeps } from '../../src/open-deps.ts'
import { readConfig } from '../../src/platform/config.ts'
import { insertRows } from '../../src/platform/db/index.ts'
import { hasDueTask } from '../../src/runs/index.ts'
import { formatCode, generateCode, payloadOf } from '../../src/vouchers/code.ts'

const guardians = 10_000
/** How many the plain loop sends: its time a mail does not depend on how many there are. */
const plainMails = 2000

const sink: ChildProcess = fork(new URL('./mail-sink.ts', import.meta.url))
const [{ port }] = (await once(sink, 'message')) as [{ port: number }]
const url = `smtp://127.0.0.1:${port}`
const folder = mkdtempSync(join(tmpdir(), 'saka-bench-'))
const now = '2023-09-11T06:00:00.000Z'
const config = readConfig({
  DATABASE_URL: `file:${join(folder, 'saka.db')}`,
  BASE_URL: 'https://saka.example.org',
  SMTP_URL: url,
  ADMIN_EMAIL: 'admin@saka.example.org',
  ADMIN_PASSWORD: 'school-kits-for-all',
  LOG_LEVEL: 'fatal',
})
const deps = await openDeps(config, { clock: { now: () => now } })
// Tables that only the application makes are not needed; that it can be built says that the set-up is whole.
await (await buildApp(deps)).close()
await fill()

const mailsTaken = async () => {
  sink.send('how many')
  const [{ mails }] = (await once(sink, 'message')) as [{ mails: number }]
  return mails
}

/** The least that anybody could do: one connection, the same mail ready made, nothing written down. */
async function plainLoop(): Promise<number> {
  const transporter = createTransport({ url, pool: true, maxConnections: 1 })
  const code = generateCode()
  const written = renderMail('el', {
    about: 'opening',
    pickupFrom: '2023-09-11',
    pickupUntil: '2023-09-29',
    optOutLink: 'https://saka.example.org/stop/f8Kq2mZs7Lw0',
    vouchers: [
      {
        code: formatCode(code),
        payload: payloadOf(config.baseUrl, code),
        link: `${config.baseUrl}/V/${code}`,
        givenName: 'Ελένη',
        schoolName: '1ο Δημοτικό Σχολείο Πειραιά',
        schoolAddress: 'Κολοκοτρώνη 58',
      },
    ],
  })
  const { inline, ...mail } = written
  const attachments = inline.map((image) => ({ ...image, contentDisposition: 'inline' as const }))
  const began = performance.now()
  for (let i = 0; i < plainMails; i++)
    await transporter.sendMail({ from: config.mailFrom, to: `parent${i}@example.org`, ...mail, attachments })
  const seconds = (performance.now() - began) / 1000
  transporter.close()
  return plainMails / seconds
}

const plainBefore = await plainLoop()
const sentBefore = await mailsTaken()
const queueBegan = performance.now()
const { planned } = await planReminders(deps)
const queueSeconds = (performance.now() - queueBegan) / 1000
const { perSecond: _, ...withoutPace } = sendMailJob
const sendBegan = performance.now()
const lane = openLane(deps, withoutPace)
lane.wake()
while (await hasDueTask(deps.db.read, sendMailJob.name, now)) await new Promise((tick) => setTimeout(tick, 20))
await lane.stop()
const sendSeconds = (performance.now() - sendBegan) / 1000
const sent = (await mailsTaken()) - sentBefore
const plainAfter = await plainLoop()
const plain = (plainBefore + plainAfter) / 2
const ours = sent / sendSeconds

console.log(`${planned} messages planned, ${sent} taken by a mail server on this machine, one connection, no pace`)
console.log(`queued in                                                ${queueSeconds.toFixed(1).padStart(8)} s`)
console.log(`sent in                                                  ${sendSeconds.toFixed(1).padStart(8)} s`)
console.log(`a second                                                 ${ours.toFixed(0).padStart(8)}`)
console.log(`a plain nodemailer loop, nothing written down            ${plain.toFixed(0).padStart(8)}`)
console.log(`${'ours of a plain loop'.padEnd(56)} ${(ours / plain).toFixed(2).padStart(8)} x  at least 0.15`)
const longest = 10
console.log(`${'queueing, seconds'.padEnd(56)} ${queueSeconds.toFixed(1).padStart(8)} s  at most ${longest}`)
if (planned !== guardians || sent !== guardians || ours / plain < 0.15 || queueSeconds > longest) process.exitCode = 1

sink.kill()
await deps.close()
rmSync(folder, { recursive: true, force: true })

/** A campaign with a guardian and a voucher for each of so many children, straight in the database. */
async function fill(): Promise<void> {
  const { newId, db } = deps
  const [communityId, kitId, campaignId] = [newId(), newId(), newId()]
  const schools = Array.from({ length: 50 }, (_, i) => ({ id: newId(), locationId: newId(), number: i + 1 }))
  const children = Array.from({ length: guardians }, (_, i) => ({
    enrollmentId: newId(),
    schoolId: schools[i % schools.length]!.id,
    i,
  }))
  await db.transact(async (tx) => {
    const { t } = tx
    await insertRows(tx, t.communities, [
      { id: communityId, code: 'A', name: 'Α΄ Δημοτική Κοινότητα', nameLatin: null },
    ])
    await insertRows(
      tx,
      t.locations,
      schools.map(({ locationId, number }) => ({ id: locationId, kind: 'school' as const, name: `${number}ο` })),
    )
    await insertRows(
      tx,
      t.schools,
      schools.map(({ id, locationId, number }) => ({
        id,
        locationId,
        communityId,
        ministryCode: String(9000000 + number),
        name: `${number}ο Δημοτικό Σχολείο Πειραιά`,
        folded: String(number),
        address: 'Κολοκοτρώνη 58',
      })),
    )
    await insertRows(tx, t.kits, [{ id: kitId, name: 'Σχολικό σετ', unitCostCents: 8570 }])
    const campaign = {
      id: campaignId,
      name: 'Σχολικά σετ 2023',
      year: 2023,
      kitId,
      targetQuantity: guardians,
      budgetCents: 1,
      pickupFrom: '2023-09-11',
      pickupUntil: '2023-09-29',
      status: 'open' as const,
      createdAt: now,
    }
    await insertRows(tx, t.campaigns, [campaign])
    await insertRows(
      tx,
      t.enrollments,
      children.map(({ enrollmentId, schoolId, i }) => ({
        id: enrollmentId,
        campaignId,
        schoolId,
        pupilRef: String(i),
        givenName: 'Ελένη',
        createdAt: now,
      })),
    )
    await insertRows(
      tx,
      t.guardians,
      children.map(({ enrollmentId, i }) => ({
        enrollmentId,
        position: 1,
        email: `parent${i}@example.org`,
        language: 'el',
      })),
    )
    await insertRows(
      tx,
      t.vouchers,
      children.map(({ enrollmentId, schoolId }) => ({
        id: newId(),
        campaignId,
        enrollmentId,
        schoolId,
        code: generateCode(),
        issuedAt: now,
      })),
    )
  })
}
