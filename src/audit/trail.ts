import type { Deps } from '../deps.ts'
import { type Actor, authorize, seesPersonal } from '../identity/rules.ts'
import type { Page, PageQuery } from '../shared/page.ts'
import { showPage } from './access-log.ts'
import { type EventFilter, listEvents, withDisclosures } from './repository.ts'
import { disclose, type ReadEvent } from './rules.ts'

/** What is typed into the trail; its events are read as they are stored then. */
const withheld = { by: 'audit:read', hide: (event: ReadEvent) => event } as const

/**
 * The trail, the newest first, with what is still disclosed of its events. An auditor reads the commitments until a reason
 * is given.
 */
export async function readTrail(
  deps: Deps,
  actor: Actor | undefined,
  filter: EventFilter,
  page: PageQuery,
): Promise<Page<ReadEvent>> {
  authorize(actor, 'audit:read')
  const { items, nextCursor } = await listEvents(deps.db.read, filter, page)
  if (!seesPersonal(actor, 'audit:read')) return { items: items.map((event) => disclose(event, [])), nextCursor }
  const read = { items: await withDisclosures(deps.db.read, items), nextCursor }
  const subjectId = filter.subjectId ?? 'trail'
  return showPage(deps, actor, read, page, withheld, {
    event: 'trail.read',
    subjectId,
    campaignId: null,
    facts: { ...filter },
  })
}
