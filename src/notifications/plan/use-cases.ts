import { recordEvent } from '../../audit/index.ts'
import { checkNotClosed, getCampaign } from '../../campaigns/index.ts'
import type { Deps } from '../../deps.ts'
import { type Actor, authorize } from '../../identity/index.ts'
import type { Id } from '../../shared/ids.ts'
import { invalidInput, refuse, staleVersion } from '../../shared/problem.ts'
import { getPlan, replacePlan } from './repository.ts'
import { planFaults, type ReminderPlan } from './rules.ts'

/** The reminder plan of a campaign. */
export async function readPlan({ db }: Deps, actor: Actor | undefined, campaignId: Id): Promise<ReminderPlan> {
  authorize(actor, 'message:read')
  await getCampaign(db.read, campaignId)
  return getPlan(db.read, campaignId)
}

/**
 * Makes this the plan of its campaign. What has been sent stays sent: a step of the same name is not sent again. Raises
 * `invalid_input`, `stale_version` and `campaign_closed`.
 */
export function changePlan(
  deps: Deps,
  actor: Actor | undefined,
  plan: Omit<ReminderPlan, 'version'>,
  ifVersion: number | undefined,
): Promise<ReminderPlan> {
  return deps.db.transact(async (tx) => {
    authorize(actor, 'reminder:write')
    const { campaignId } = plan
    refuse(checkNotClosed(await getCampaign(tx, campaignId)))
    const errors = planFaults(plan)
    if (errors.length > 0) throw invalidInput({ errors })
    const { version } = await getPlan(tx, campaignId)
    if (ifVersion !== undefined && ifVersion !== version) throw staleVersion()
    if (!(await replacePlan(tx, plan, version))) throw staleVersion()
    const { steps, quietHours, consentRequired } = plan
    await recordEvent(deps, tx, actor, 'reminder_plan.changed', campaignId, { steps, quietHours, consentRequired })
    return getPlan(tx, campaignId)
  })
}
