/**
 * Where personal data lies: every column that holds text, by table and kind. `personal` is of a child or a guardian, `typed`
 * is free text in which anybody may be named: both are erased with the campaign. `staff` is of people who work with Saka
 * and stays as long as their account. `plain` is nobody's: ids, words of the domain, figures, places, and secrets as
 * hashes. A test holds this to the tables, to what is erased, and to `docs/privacy.md`.
 */
export const dataMap: Record<string, Partial<Record<DataKind, string>>> = {
  idempotencyKeys: { personal: 'answer', plain: 'credential key fingerprint contentType createdAt leasedUntil' },
  users: { staff: 'email name', plain: 'id passwordHash roles createdAt' },
  sessions: { staff: 'userAgent', plain: 'tokenHash id userId createdAt expiresAt lastSeenAt' },
  knownBrowsers: { plain: 'tokenHash userId createdAt' },
  oneTimeLinks: { plain: 'tokenHash purpose subject createdAt expiresAt' },
  oidcSubjects: { staff: 'subject', plain: 'issuer userId' },
  totps: { plain: 'userId sealedSecret createdAt confirmedAt' },
  recoveryCodes: { plain: 'userId codeHash' },
  passkeys: { staff: 'name', plain: 'id credentialId userId publicKey transports createdAt lastUsedAt' },
  passkeyChallenges: { plain: 'challengeHash purpose subject expiresAt' },
  passwordResets: { plain: 'userId askedAt mailedAt' },
  apiKeys: { staff: 'name', plain: 'id keyHash roles createdById createdAt expiresAt lastUsedAt revokedAt' },
  devices: {
    staff: 'name',
    plain:
      'id schoolId provisioningHash provisioningExpiresAt provisionedAt tokenHash createdAt lastSeenAt revokedAt appVersion',
  },
  auditEvents: { plain: 'id at actorKind actorId action subjectId change requestId mac' },
  auditSeals: { plain: 'eventId leaf hash' },
  auditNodes: { plain: 'hash' },
  auditCheckpoints: { plain: 'at root head previous publicKey signature' },
  auditMailings: { plain: 'id at' },
  jobRuns: {
    plain: 'id job status actorId dueAt startedAt endedAt leasedUntil cancelRequestedAt figures failure reason',
  },
  tasks: { plain: 'id job payload status runAt leasedUntil dispatchedAt failure reason createdAt endedAt' },
  situations: { plain: 'topic matter state since toldAt' },
  notices: { plain: 'id topic role subject text createdAt' },
  auditDisclosures: { typed: 'value', plain: 'eventId field campaignId salt' },
  communities: { plain: 'id code name nameLatin' },
  locations: { plain: 'id kind name' },
  schools: { plain: 'id ministryCode name folded communityId locationId address postalCode email phone' },
  kits: { plain: 'id name' },
  kitItems: { plain: 'kitId name' },
  campaigns: { plain: 'id name kitId pickupFrom pickupUntil status openedAt closingAt closedAt createdAt' },
  campaignCommunities: { plain: 'campaignId communityId' },
  discrepancies: {
    typed: 'resolution',
    plain:
      'id campaignId code severity status matter detail records reconciliationId ownerId resolvedById openedAt resolvedAt',
  },
  enrollments: {
    personal: 'pupilRef givenName familyName section folded',
    typed: 'withdrawalReason',
    plain: 'id campaignId schoolId status transferredFromId guardiansErasedAt namesErasedAt createdAt',
  },
  guardians: { personal: 'name email phone language', plain: 'enrollmentId' },
  balances: { plain: 'locationId kitId kind' },
  movements: {
    typed: 'reason',
    plain:
      'id kitId fromLocationId toLocationId kind causeType causeId campaignId actorId reversesId occurredAt recordedAt',
  },
  receipts: { plain: 'id warehouseId kitId campaignId supplier documentNumber occurredAt recordedAt reversedAt' },
  shipments: {
    typed: 'note',
    plain: 'id campaignId warehouseId schoolId kitId status plannedAt dispatchedAt deliveredAt cancelledAt',
  },
  promises: { plain: 'id locationId kitId at' },
  reservations: { plain: 'warehouseId kitId campaignId schoolId' },
  counts: { plain: 'id locationId countedAt status createdById createdAt postedById postedAt' },
  countLines: { plain: 'countId kitId' },
  adjustments: { typed: 'note', plain: 'id locationId kitId shipmentId reason occurredAt recordedAt reversedAt' },
  returns: { typed: 'reason', plain: 'id schoolId warehouseId kitId occurredAt recordedAt' },
  allocations: { plain: 'id campaignId status policy seed basis createdById createdAt confirmedById confirmedAt' },
  allocationLines: { plain: 'allocationId schoolId grounds' },
  vouchers: {
    typed: 'revocationReason',
    plain: 'id campaignId enrollmentId schoolId code status issuedAt redeemedAt endedAt replacesId replacedById',
  },
  redemptions: {
    typed: 'undoReason',
    plain: 'id voucherId campaignId schoolId collectedBy actorId redeemedAt recordedAt undoneAt',
  },
  scans: {
    typed: 'raw',
    plain:
      'id scanId campaignId schoolId voucherId redemptionId discrepancyId result collectedBy actorId scannedAt recordedAt facts',
  },
  reminderPlans: { plain: 'campaignId steps quietHours' },
  recipients: { personal: 'key', plain: 'id campaignId stopToken createdAt' },
  contactMarks: { personal: 'addressKey', plain: 'campaignId refusal refusedAt stoppedAt' },
  messages: {
    personal: 'language',
    plain:
      'id campaignId recipientId step channel about status cause day plannedAt notAfter sentAt reference toldFrom toldUntil',
  },
  messageVouchers: { plain: 'messageId voucherId' },
  reconciliations: {
    plain:
      'id campaignId status checks comparison discrepancyIds campaignStatus basis createdById createdAt signedById signedAt',
  },
  erasures: { plain: 'id campaignId startedAt finishedAt erased' },
}

/** Whose a text is. */
export type DataKind = 'personal' | 'typed' | 'staff' | 'plain'

/** The columns of these kinds, as `table.column`. */
export function columnsOf(...kinds: DataKind[]): string[] {
  return Object.entries(dataMap).flatMap(([table, columns]) =>
    kinds.flatMap((kind) => columns[kind]?.split(' ').map((column) => `${table}.${column}`) ?? []),
  )
}
