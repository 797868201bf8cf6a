import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import t, { type Test } from 'tap'
import { isolated, plainText } from '../../src/notifications/templates/bidi.ts'
import { smsSegments, toGsm } from '../../src/notifications/templates/gsm.ts'
import {
  directionOf,
  type MessageLanguage,
  messageLanguage,
  messageLanguages,
} from '../../src/notifications/templates/language.ts'
import { renderMail, renderSms } from '../../src/notifications/templates/render.ts'
import { type Templates, templateKeys } from '../../src/notifications/templates/speech.ts'
import { BrokenTemplates, checkTemplates, readTemplates } from '../../src/notifications/templates/template-files.ts'
import { projectRoot } from '../../src/platform/project-root.ts'
import { reminderFacts } from './reminder-facts.ts'

const folder = join(projectRoot, 'src/notifications/templates')
const abouts = ['opening', 'reminder', 'closing', 'correction'] as const

/** A copy of the templates in which the file of `language` has been changed. */
function broken(t: Test, language: string, change: (file: Record<string, any>) => unknown): string {
  const copy = t.testdir()
  cpSync(folder, copy, { recursive: true })
  const path = join(copy, `${language}.json`)
  const file = JSON.parse(readFileSync(path, 'utf8'))
  const changed = change(file) ?? file
  writeFileSync(path, typeof changed === 'string' ? changed : JSON.stringify(changed))
  return copy
}

function faultsIn(folder: string): string[] {
  try {
    checkTemplates(folder)
    return []
  } catch (error) {
    if (error instanceof BrokenTemplates) return error.faults
    throw error
  }
}

t.test('every language says the same, with the same placeholders, in every form that it counts with', async (t) => {
  t.same(faultsIn(folder), [])
  const { templates } = readTemplates(folder)
  const formsOf = (language: keyof Templates) => Object.keys(templates[language]['reminder.lead']!).sort()
  t.same(formsOf('el'), ['one', 'other'])
  t.same(formsOf('ar'), ['few', 'many', 'one', 'other', 'two'])
  t.same(formsOf('uk'), ['few', 'many', 'one'])
})

t.test('no text is the Greek one left untranslated', async (t) => {
  const { templates } = readTemplates(folder)
  for (const language of messageLanguages.filter((language) => language !== 'el')) {
    const texts = JSON.stringify({ ...templates[language] })
    t.notMatch(texts, /\p{Script=Greek}/u, language)
  }
})

t.test('what is wrong in a template file is said with its file and its key', async (t) => {
  const cases: [string, (file: Record<string, any>) => unknown, string[]][] = [
    [
      'sq',
      (file) => {
        delete file.where
      },
      ['sq.json lacks where.'],
    ],
    ['uk', (file) => void delete file['reminder.lead'].few, ['uk.json, reminder.lead lacks the form few.']],
    [
      'ka',
      (file) => void Object.assign(file['reminder.lead'], { few: '{count} ჩანთა' }),
      ['ka.json, reminder.lead has the form few, which the language does not count with.'],
    ],
    [
      'bg',
      (file) => void Object.assign(file, { until: 'До {день}' }),
      ['bg.json, until has a brace without its other half.'],
    ],
    [
      'bg',
      (file) => void Object.assign(file, { until: 'До {day}' }),
      ['bg.json, until lacks {date}.', 'bg.json, until has {day}, which is not filled.'],
    ],
    [
      'ar',
      (file) => void Object.assign(file['reminder.lead'], { many: 'حقيبة' }),
      ['ar.json, reminder.lead (many) lacks {count}.'],
    ],
    ['ur', (file) => void Object.assign(file, { stop: ' ' }), ['ur.json, stop is empty.']],
    [
      'ur',
      (file) => void Object.assign(file, { good: 'x' }),
      ['ur.json, good must have a form for each way of counting.'],
    ],
    ['ur', (file) => void Object.assign(file, { stop: { other: 'x' } }), ['ur.json, stop must be one text.']],
    ['en', (file) => void Object.assign(file, { extra: 'x' }), ['en.json has extra, which is never said.']],
    ['en', () => '[]', ['en.json is no list of texts.']],
  ]
  for (const [language, change, faults] of cases) t.same(faultsIn(broken(t, language, change)), faults)
  const empty = faultsIn(broken(t, 'en', () => '{}'))
  t.equal(empty.length, templateKeys.length)
  t.equal(empty[0], 'en.json lacks opening.headline.')
  t.match(faultsIn(broken(t, 'en', () => '{')), [/^en\.json cannot be read: .*JSON/])
})

t.test('the service does not start with templates that are missing, and says which', async (t) => {
  const copy = t.testdir({ node_modules: t.fixture('symlink', join(projectRoot, 'node_modules')) })
  for (const part of ['src', 'jobs', 'drizzle', 'openapi', 'package.json', 'tsconfig.json'])
    cpSync(join(projectRoot, part), join(copy, part), { recursive: true })
  const path = join(copy, 'src/notifications/templates/ka.json')
  const { 'closing.lead': _lead, bring: _bring, ...rest } = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(path, JSON.stringify(rest))
  const { status, stderr } = spawnSync(process.execPath, ['src/main.ts', 'serve'], {
    cwd: copy,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', PORT: '0', DATABASE_URL: 'file:./saka.db', LOG_LEVEL: 'fatal' },
    timeout: 60_000,
  })
  t.equal(status, 1)
  t.equal(
    stderr,
    'Saka cannot start, templates of its reminders are missing or wrong:\n  ka.json lacks closing.lead.\n  ka.json lacks bring.\n',
  )
})

t.test('were a text missing while the service runs, Greek would stand in for it alone', async (t) => {
  const { templates } = readTemplates(
    broken(t, 'en', (file) => {
      delete file['reminder.lead']
      delete file.where
      delete file['sms.reminder']
    }),
  )
  const facts = reminderFacts(2, { about: 'reminder' })
  const { text, html } = renderMail('en', facts, templates)
  for (const part of [text, html]) {
    t.match(part, '2 σάκες δεν έχουν παραληφθεί ακόμη.')
    t.match(part, 'Πού')
    t.match(part, 'Don’t forget the school kits')
  }
  t.match(renderSms('en', facts, templates), /^2 ΣXOΛIKEΣ ΣAKEΣ .*No more: /s)
  const { templates: none } = readTemplates(broken(t, 'en', () => '{'))
  t.match(renderMail('en', facts, none).text, 'Μην ξεχάσετε τις σχολικές σάκες', 'and for a whole file')
})

t.test('a language is found by its tag, and Greek stands in for those that are not ours', async (t) => {
  const cases: [string | null, string][] = [
    ['sq-AL', 'sq'],
    ['ar-SY', 'ar'],
    ['EN-us', 'en'],
    ['zh-Hans-CN', 'el'],
    ['eng', 'el'],
    ['', 'el'],
    [null, 'el'],
  ]
  for (const [tag, language] of cases) t.equal(messageLanguage(tag), language, String(tag))
  t.match(renderMail('ar-SY', reminderFacts()).headers, { 'Content-Language': 'ar' })
})

t.test('kits are counted as the language counts', async (t) => {
  const lead = (language: string, count: number) =>
    renderMail(language, reminderFacts(count, { about: 'reminder' })).text.split('\n')[2]
  t.equal(lead('el', 1), 'Η σάκα δεν έχει παραληφθεί ακόμη. Σας περιμένει στο σχολείο.')
  t.equal(lead('el', 2), '2 σάκες δεν έχουν παραληφθεί ακόμη. Σας περιμένουν στο σχολείο.')
  t.match(lead('uk', 3), '3 ранці')
  t.match(lead('uk', 5), '5 ранців')
  t.match(lead('ar', 2), 'حقيبتان')
  t.match(lead('ar', 3), '3 حقائب')
  t.match(lead('ar', 11), '11 حقيبة')
})

t.test('every reminder says all that is needed, in every language, and nothing is left open', async (t) => {
  const faults: string[] = []
  for (const language of messageLanguages)
    for (const about of abouts)
      for (const count of [1, 3])
        for (const fault of await faultsOf(language, about, count)) faults.push(`${language} ${about}: ${fault}`)
  t.same(faults, [])
})

/** What a reminder of `count` kits lacks, and what was left open in it. */
async function faultsOf(language: MessageLanguage, about: (typeof abouts)[number], count: number) {
  const facts = reminderFacts(count, { about })
  const { subject, text, html, inline, headers } = renderMail(language, facts)
  const sms = renderSms(language, facts)
  const open = [subject, text, html.replace(/<style>.*<\/style>/s, ''), sms].map((part) =>
    /.*([{}]|undefined|null|\[object).*/.exec(part),
  )
  const everywhere = [facts.optOutLink, ...facts.vouchers.flatMap(({ code, link }) => [code, link])]
  const inMail = [...everywhere, '2023', ...facts.vouchers.map(({ schoolName }) => schoolName)]
  const needed: [where: string, found: string, words: string[]][] = [
    ['the text', text, inMail],
    ['the page', html, [...inMail, `<html lang="${language}" dir="${directionOf(language)}">`]],
    ['the text message', sms, everywhere],
  ]
  const expected = {
    'List-Unsubscribe': `<${facts.optOutLink}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    'Content-Language': language,
  }
  return [
    ...open.flatMap((found) => (found ? [`left open: ${found[0]}`] : [])),
    ...needed.flatMap(([where, found, words]) =>
      words.filter((word) => !found.includes(word)).map((word) => `${where} lacks ${word}`),
    ),
    ...(isDeepStrictEqual(headers, expected) ? [] : [`its headers are ${JSON.stringify(headers)}`]),
    ...(inline.length === count ? [] : [`${inline.length} pictures, not ${count}`]),
  ]
}

t.test('a correction says that the old one no longer holds, and the others do not', async (t) => {
  const says = (about: (typeof abouts)[number]) => renderMail('el', reminderFacts(1, { about })).text
  t.match(says('correction'), 'δεν ισχύει πια')
  for (const about of ['opening', 'reminder', 'closing'] as const) t.notMatch(says(about), 'δεν ισχύει πια')
  t.match(renderSms('el', reminderFacts(1, { about: 'correction' })), '12O ΔHMOTIKO ΣXOΛEIO ΠEIPAIA')
})

t.test('markup in a name is text', async (t) => {
  const facts = reminderFacts()
  facts.vouchers[0]!.givenName = '<img src=x onerror=alert(1)>'
  facts.vouchers[0]!.schoolName = 'Σχολείο "Α" & <b>Β</b>'
  facts.optOutLink = 'https://x.example/?a=1&b="2"'
  const { html } = renderMail('el', facts)
  t.notMatch(html, /<img src=x|<b>/)
  t.match(html, 'Σχολείο &quot;Α&quot; &amp; &lt;b&gt;Β&lt;/b&gt;')
  t.match(html, 'href="https://x.example/?a=1&amp;b=&quot;2&quot;"')
})

t.test('what nobody sees in a name does not turn the rest of the line around', async (t) => {
  const nasty = 'Ni\u202ekos\u2069\r\nBcc: x\u0000\u2028Y'
  t.equal(plainText(nasty), 'Ni kos Bcc: x Y')
  t.equal(isolated('Νίκος', 'ltr'), 'Νίκος')
  t.equal(isolated('محمد', 'ltr'), '\u2068محمد\u2069')
  t.equal(isolated('Νίκος', 'rtl'), '\u2068Νίκος\u2069')
  const facts = reminderFacts(1)
  facts.vouchers[0]!.givenName = nasty
  const { subject, text, html } = renderMail('en', facts)
  t.equal(subject, 'Ni kos Bcc: x Y: Your school kit is ready to collect')
  for (const part of [text, html]) t.notMatch(part, /\u202e|\u2028/)
})

t.test('a subject names the children where all of them are known', async (t) => {
  const facts = reminderFacts(3)
  t.equal(
    renderMail('en', facts).subject,
    'Νίκος, \u2068محمد\u2069 and Anna-Maria: Your school kits are ready to collect',
  )
  facts.vouchers[1]!.givenName = null
  t.equal(renderMail('en', facts).subject, 'Your school kits are ready to collect')
})

t.test('text messages keep to the alphabet that is cheapest, where the language can', async (t) => {
  t.equal(toGsm('Ά, ό,τι θέλεις: «Προϋπόθεση» 1ο – Ϊ'), 'A, O,TI ΘEΛEIΣ: "ΠPOYΠOΘEΣH" 1O - I')
  t.equal(toGsm('Për çantën – ë Çë'), 'Per canten - e Çe')
  t.equal(toGsm('Школа 学校'), 'Школа 学校', 'what has no likeness stays')
  t.equal(smsSegments('x'.repeat(160)), 1)
  t.equal(smsSegments('x'.repeat(161)), 2)
  t.equal(smsSegments('x'.repeat(307)), 3)
  t.equal(smsSegments(`${'x'.repeat(159)}€`), 2, 'the euro sign takes two')
  t.equal(smsSegments('я'.repeat(70)), 1)
  t.equal(smsSegments('я'.repeat(71)), 2)
  t.equal(smsSegments('я'.repeat(135)), 3)

  const costs = Object.fromEntries(
    messageLanguages.map((language) => [
      language,
      abouts.map((about) => smsSegments(renderSms(language, reminderFacts(1, { about })))).join(''),
    ]),
  )
  t.same(costs, {
    el: '1112',
    en: '1112',
    sq: '1112',
    ar: '3333',
    uk: '3333',
    ur: '3333',
    ka: '3323',
    bg: '3333',
  })
})

t.test('in a text message codes and links stand on lines that begin where theirs begin', async (t) => {
  for (const language of ['ar', 'ur']) {
    const lines = renderSms(language, reminderFacts(3)).split('\n')
    const withCode = lines.filter((line) => /https:/.test(line))
    t.equal(withCode.length, 4)
    for (const line of withCode) t.notMatch(line, /[\u0600-\u06ff]/)
    t.notMatch(lines.join(), /[\u2066-\u2069\u200e\u200f]/)
  }
})
