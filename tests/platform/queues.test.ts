import t from 'tap'
import { coalesced } from '../../src/platform/queues.ts'

t.test('work in turns is never done twice at once, and who waits shares the next', async (t) => {
  const begun: string[] = []
  const ends: (() => void)[] = []
  const work = coalesced(async (name: string) => {
    begun.push(name)
    await new Promise<void>((end) => ends.push(end))
    return name
  })
  const first = work('first')
  await Promise.resolve()
  const waiting = [work('second'), work('third')]
  await new Promise(setImmediate)
  t.same(begun, ['first'])
  ends.shift()!()
  t.equal(await first, 'first')
  await new Promise(setImmediate)
  const last = work('fourth')
  t.same(begun, ['first', 'second'])
  ends.shift()!()
  t.same(await Promise.all(waiting), ['second', 'second'])
  await new Promise(setImmediate)
  ends.shift()!()
  t.equal(await last, 'fourth', 'a question that came after the beginning waits for the next')
})

t.test('work that fails fails for those who share it, and for nobody after them', async (t) => {
  let runs = 0
  const work = coalesced(async () => {
    runs++
    if (runs === 1) throw new Error('broken')
    return runs
  })
  const both = [work(), work()]
  for (const one of both) await t.rejects(one, { message: 'broken' })
  t.equal(await work(), 2)
})
