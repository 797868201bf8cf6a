import type { Test } from 'tap'
import { type CampaignChange, type OpenCampaign, openCampaign } from '../support/campaign.ts'
import { findTexts } from '../support/personal-texts.ts'
import { stockHands } from '../support/stock.ts'

/** Invented people whose like is nowhere else in Saka, and what staff typed about them: a text for every place that takes one. */
export const told = {
  givenName: 'Ζηνοβία',
  familyName: 'Ξανθοπουλίδου',
  section: 'Θήτα19',
  pupilRef: 'PUPIL-77123',
  guardianName: 'Πολυχρόνης',
  otherGuardian: 'Ευφροσύνη',
  email: 'polychronis.secret@families.example.org',
  otherEmail: 'effrosyni.secret@families.example.org',
  phone: '+306955512345',
  withdrawal: 'typed-withdrawal about somebody',
  reissue: 'typed-reissue about somebody',
  revocation: 'typed-revocation about somebody',
  undo: 'typed-undo about somebody',
  note: 'typed-note about somebody',
  delivery: 'typed-delivery about somebody',
  reversal: 'typed-reversal about somebody',
  returned: 'typed-return about somebody',
  resolution: 'typed-resolution about somebody',
  raw: 'BEGIN:VCARD typed-card of somebody',
  access: 'typed-access-reason about somebody',
} as const

/** What of all that was told is in `text`, in any of the spellings that it is stored, sent or printed in. */
export const findTold = (text: string): string[] => findTexts(text, Object.values(told))

/** A campaign in which everything was told that can be told, and the answers of whatever was asked. */
export interface ToldCampaign extends OpenCampaign {
  /** The enrollment of the child that everything is known of. */
  child: any
  /** Resolves what is open, signs, and closes for good. */
  end(): Promise<void>
}

/** Runs a campaign in which names, contacts and free text are given in every place that takes them. */
export async function toldCampaign(t: Test, change: CampaignChange = {}): Promise<ToldCampaign> {
  const saka = await openCampaign(t, change)
  const { api, campaign, schools, warehouse, kit } = saka
  const [school, other] = schools
  const hands = stockHands(saka)
  await saka.receive(20)
  const child = (
    await api.post(
      `/campaigns/${campaign.id}/enrollments`,
      {
        schoolId: school.id,
        pupilRef: told.pupilRef,
        givenName: told.givenName,
        familyName: told.familyName,
        section: told.section,
        guardians: [
          { name: told.guardianName, email: told.email, phone: told.phone, language: 'sq' },
          { name: told.otherGuardian, email: told.otherEmail },
        ],
      },
      { 'idempotency-key': 'key-of-the-child' },
    )
  ).json
  await api.upload(
    `/campaigns/${campaign.id}/enrollment-imports`,
    `schoolCode;pupilRef;familyName;guardianEmail\n9000002;2;${told.familyName};${told.email}\n9000002;3;${told.familyName};${told.email}\n9000002;4;;\n`,
  )
  const { items } = (await api.get(`/campaigns/${campaign.id}/enrollments?schoolId=${other.id}`)).json
  await api.made(`/campaigns/${campaign.id}/vouchers`)
  await api.made(`/enrollments/${items[0].id}/withdraw`, { reason: told.withdrawal })
  await api.made(`/enrollments/${items[1].id}/transfer`, { schoolId: school.id })
  const voucherOf = async (enrollmentId: string) =>
    (await api.get(`/campaigns/${campaign.id}/vouchers?limit=500`)).json.items.find(
      (voucher: any) => voucher.enrollmentId === enrollmentId && voucher.status === 'issued',
    )
  await api.made(`/vouchers/${(await voucherOf(child.id)).id}/reissue`, { reason: told.reissue })
  await api.made(`/vouchers/${(await voucherOf(items[2].id)).id}/revoke`, { reason: told.revocation })

  await api.made(`/campaigns/${campaign.id}/reminders`, { step: 'announcement' })
  await api.made('/message-bounces', { bounces: [{ kind: 'complaint', address: told.otherEmail }] })

  const shipment = await hands.dispatch(school.id, 10)
  await api.made(`/shipments/${shipment.id}/deliver`, {
    acceptedQuantity: 9,
    missingQuantity: 1,
    note: told.delivery,
  })
  const stock = { locationId: warehouse.id, kitId: kit.id }
  await api.made('/adjustments', { ...stock, quantity: -1, reason: 'damaged', note: told.note })
  const { id: movementId } = await hands.lastMovement('adjustment')
  await api.made(`/movements/${movementId}/reverse`, { reason: told.reversal })
  const back = { schoolId: school.id, warehouseId: warehouse.id, kitId: kit.id, quantity: 2 }
  await api.made('/returns', { ...back, reason: told.returned })

  const { code } = await voucherOf(child.id)
  const scan = (scanId: string, payload: string) =>
    api.post('/redemptions', { scanId, payload, schoolId: school.id }, { 'idempotency-key': `key-${scanId}` })
  await scan('scan-card', told.raw)
  const { redemption } = (await scan('scan-first', code)).json
  await api.made(`/redemptions/${redemption.id}/undo`, { reason: told.undo })
  await scan('scan-again', `https://saka.example.org/v/${code}?${encodeURIComponent(told.access)}`)

  return {
    ...saka,
    child,
    end: async () => {
      await api.made(`/campaigns/${campaign.id}/close`)
      await api.made(`/campaigns/${campaign.id}/reconciliations`)
      const open = (await api.get(`/campaigns/${campaign.id}/discrepancies?status=open&limit=500`)).json.items
      for (const { id } of open) await api.patch(`/discrepancies/${id}`, { resolution: told.resolution })
      const { id } = await api.made(`/campaigns/${campaign.id}/reconciliations`)
      await api.made(`/reconciliations/${id}/sign`)
      await api.made(`/campaigns/${campaign.id}/close`)
    },
  }
}
