/** A record's name: UUID version 7 (RFC 9562, section 5.7), lower-case. Sorts by the time of its making. */
export type Id = string

/** Where ids come from. The one id source of the service; tests bring their own. */
export type NewId = () => Id

/** Matches an {@link Id}. */
export const idPattern = '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/**
 * An id source on the machine's clock. Ids of one source ascend strictly, also within a millisecond and when the clock
 * goes back: the 12 bits of `rand_a` count (RFC 9562, section 6.2, method 1), 62 bits stay random.
 */
export function idSource(milliseconds: () => number = Date.now): NewId {
  const pool = new Uint8Array(8 * 512)
  let used = pool.length
  let last = 0
  let sequence = 0
  let prefix = ''
  const tick = (time: number) => {
    last = time
    const digits = time.toString(16).padStart(12, '0')
    prefix = `${digits.slice(0, 8)}-${digits.slice(8)}-7`
  }
  return () => {
    if (used === pool.length) {
      crypto.getRandomValues(pool)
      used = 0
    }
    const now = milliseconds()
    if (now > last) {
      tick(now)
      sequence = pool[used]! & 0x7f
    } else if (++sequence > 0xfff) {
      tick(last + 1)
      sequence = 0
    }
    const count = hex[sequence >> 8]![1]! + hex[sequence & 0xff]!
    const variant = hex[(pool[used]! & 0x3f) | 0x80]! + hex[pool[used + 1]!]!
    const random = Array.from(pool.subarray(used + 2, used + 8), (byte) => hex[byte]).join('')
    used += 8
    return `${prefix}${count}-${variant}-${random}`
  }
}
