import { LRUCache } from 'lru-cache'
import type { Id } from '../kernel/ids.ts'
import type { Log } from '../platform/log.ts'
import type { Reader } from '../schema.ts'
import { listPresentable, type PresentedVoucher } from '../vouchers/index.ts'

/**
 * Vouchers that this process has read before they are scanned, so that a scan need not ask before it writes. They may no longer be
 * as they were read: who goes by one makes it a condition of what is written that it is.
 */
export interface VouchersAhead {
  /** The voucher with this code, if it was read ahead. It is answered once: who finds that it has changed asks the database. */
  take(code: string): PresentedVoucher | undefined
  /**
   * Is told of a hand-out. With the second of a school and campaign within a minute there is a queue, and the vouchers that it may hold up are read.
   * Never rejects.
   */
  handedOut(schoolId: Id, campaignId: Id): Promise<void>
}

/** For how long, in milliseconds: a name that is erased is in memory no longer than this. */
const ttl = 5 * 60_000
/** How long after a hand-out the next makes it a queue, in milliseconds. */
const queueTtl = 60_000
/** How many of one school and campaign, and how many in all: each is some two kilobytes. */
const [atMost, max] = [1_000, 20_000]

/** Reads ahead from `reader`. What fails is logged, and scans ask for themselves, as without it. */
export function vouchersAhead(reader: Reader, log: Log): VouchersAhead {
  const vouchers = new LRUCache<string, PresentedVoucher>({ max, ttl })
  const places = new LRUCache<string, 'scanned' | 'read'>({ max, ttl })
  return {
    take(code) {
      const voucher = vouchers.get(code)
      vouchers.delete(code)
      return voucher
    },
    async handedOut(schoolId, campaignId) {
      const place = `${schoolId} ${campaignId}`
      const before = places.get(place)
      if (before === 'read') return
      if (!before) return void places.set(place, 'scanned', { ttl: queueTtl })
      // Of several who come at once, one reads.
      places.set(place, 'read')
      try {
        const found = await listPresentable(reader, { schoolId, campaignId, atMost })
        for (const presented of found) vouchers.set(presented.voucher.code, presented)
      } catch (error) {
        places.delete(place)
        log.warn({ err: error }, 'vouchers were not read ahead')
      }
    },
  }
}
