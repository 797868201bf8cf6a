/** What every file of templates holds: each text by what it is known by. */
export const templateKeys = [
  'opening.headline',
  'opening.lead',
  'reminder.headline',
  'reminder.lead',
  'closing.headline',
  'closing.lead',
  'correction.headline',
  'correction.lead',
  'named',
  'code',
  'qr',
  'page',
  'where',
  'when',
  'from',
  'until',
  'bring',
  'bring.what',
  'good',
  'questions',
  'why',
  'stop',
  'sms.opening',
  'sms.reminder',
  'sms.closing',
  'sms.correction',
  'sms.stop',
] as const

/** What a text is known by. */
export type TemplateKey = (typeof templateKeys)[number]
