import type { AllDeps, Deps } from '../../deps.ts'
import { systemActor } from '../../identity/rules.ts'
import type { Mail } from '../../platform/mail/mailer.ts'
import { countOf } from '../../shared/plurals.ts'
import { localDate } from '../../shared/time.ts'
import { recordEvent } from '../use-cases.ts'
import type { Checkpoint } from './chain.ts'
import { findLastMailing, findNewestCheckpoint, insertMailing } from './checkpoint-repository.ts'

/**
 * Mails the newest checkpoint to the auditor, once a local day; answers how many mails went out. An attempt is an event,
 * whether the mail server took the mail or not; one that failed throws, without the address, and is made again by the next
 * run. A crash between mailing and writing it down mails twice, which does no harm.
 */
export async function mailCheckpoint(deps: Deps & Pick<AllDeps, 'mailer'>): Promise<number> {
  const { config, mailer } = deps
  const checkpoint = await dueCheckpoint(deps)
  if (!mailer || !config.auditorEmail || !checkpoint) return 0
  try {
    await mailer.send(mailOf(checkpoint, config.auditorEmail, new URL(config.baseUrl).host))
  } catch (error) {
    await recordMailing(deps, checkpoint, false)
    throw new Error(`the mail server did not take the checkpoint: ${(error as Error).message}`)
  }
  await recordMailing(deps, checkpoint, true)
  return 1
}

async function dueCheckpoint({ db, clock, config }: Deps): Promise<Checkpoint | undefined> {
  const last = await findLastMailing(db.read)
  const dayOf = (instant: string) => localDate(instant, config.timeZone)
  if (last?.sent && dayOf(last.at) === dayOf(clock.now())) return undefined
  return findNewestCheckpoint(db.read)
}

function recordMailing(deps: Deps, { size }: Checkpoint, sent: boolean): Promise<void> {
  return deps.db.transact(async (tx) => {
    await insertMailing(tx, { id: deps.newId(), at: deps.clock.now(), size, sent })
    await recordEvent(deps, tx, systemActor, sent ? 'checkpoint.mailed' : 'checkpoint.mail_failed', String(size))
  })
}

function mailOf(checkpoint: Checkpoint, to: string, host: string): Mail {
  const { size, at, publicKey } = checkpoint
  return {
    to,
    subject: `Saka ${host}: ${size} (${at})`,
    text: [
      'Φυλάξτε το συνημμένο. Αποδεικνύει πώς ήταν το ίχνος ελέγχου αυτή τη στιγμή: αν αργότερα κάτι λείπει ή έχει αλλάξει,',
      'το δείχνει η εντολή saka verify-audit ΑΡΧΕΙΟ --checkpoints ΣΥΝΗΜΜΕΝΟ.',
      '',
      'Keep the attachment. It proves what the trail was at this moment: if anything is missing or changed later,',
      'saka verify-audit FILE --checkpoints ATTACHMENT shows it.',
      '',
      `${countOf(size, 'entry', 'entries')}, ${at}, public key ${publicKey}`,
      '',
    ].join('\n'),
    attachment: {
      name: `checkpoint-${size}.ndjson`,
      contentType: 'application/x-ndjson',
      content: `${JSON.stringify(checkpoint)}\n`,
    },
  }
}
