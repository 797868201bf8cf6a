import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { projectRoot } from '../../src/platform/project-root.ts'
import { judgeScan, type KnownVoucher, scanResults } from '../../src/shared/judge-scan.ts'
import { localDate } from '../../src/shared/time.ts'
import { readPayload } from '../../src/shared/voucher-code.ts'

interface Vectors {
  baseUrl: string
  timeZone: string
  schoolId: string
  vectors: { name: string; text: string; scannedAt: string; known: KnownVoucher | null; result: string }[]
}

const file = join(projectRoot, 'tests/shared/scan-vectors.json')
const { baseUrl, timeZone, schoolId, vectors } = JSON.parse(readFileSync(file, 'utf8')) as Vectors

t.test('every scan of the test vectors answers as they say', async (t) => {
  const judged = vectors.map(({ name, text, scannedAt, known }) => {
    const { refusal } = readPayload(text, baseUrl)
    const day = localDate(scannedAt, timeZone)
    return { name, result: judgeScan({ unreadable: refusal, known: known ?? undefined, schoolId, day }) }
  })
  t.same(
    judged,
    vectors.map(({ name, result }) => ({ name, result })),
  )
})

t.test('the test vectors know every result', async (t) => {
  t.same(new Set(vectors.map(({ result }) => result)), new Set(scanResults))
})
