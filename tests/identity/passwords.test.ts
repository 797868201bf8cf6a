import t from 'tap'
import { checkPassword, normalPassword } from '../../src/identity/passwords/rules.ts'
import { startSaka } from '../support/saka.ts'

const maria = { email: 'maria.papa@piraeus.example.org', name: 'Μαρία Παπαδοπούλου' }
const common = new Set(['password', 'administrator', '1qaz2wsx3edc'])
const reasonOf = (password: string) => checkPassword(password, maria, (text) => common.has(text))?.members.reason

t.test('length makes a password good, and nothing has to be mixed in', async (t) => {
  t.equal(reasonOf('elevenchars'), 'too_short')
  t.equal(reasonOf('twelve chars'), undefined)
  t.equal(reasonOf('τέσσερις λέξεις'), undefined)
  t.equal(reasonOf(' θάλασσα μολύβι '), undefined, 'spaces count')
  t.equal(reasonOf('🚲🌊🍋🎈'.repeat(2)), 'too_short', 'a character is one, however it is stored')
})

t.test('the worst ones are refused in any case, repeated, and with digits around them', async (t) => {
  for (const password of [
    '1QAZ2wsx3edc',
    'Administrator',
    'password1234',
    '!!Password!!2023',
    'passwordpassword',
    'PasswordPassword99',
  ])
    t.equal(reasonOf(password), 'common', password)
  t.equal(reasonOf('password of a pirate'), undefined, 'a sentence may hold the word')
})

t.test('what is made of the owner, of us or of few characters is refused', async (t) => {
  for (const password of [
    'maria.papa@piraeus.example.org',
    'Maria.Papa2023',
    'ΜαρίαΠαπαδοπούλου1',
    'saka-sakas-2023',
    'saka-2023-σακα',
    'Σάκα-piraeus-7',
  ])
    t.equal(reasonOf(password), 'personal', password)
  t.equal(reasonOf('maria likes green lemons'), undefined, 'where enough is left it is good')
  t.equal(reasonOf('aaaaaaaaaaaaaaaa'), 'monotonous')
  t.equal(reasonOf('121212121212'), 'monotonous')
})

t.test('every keyboard writes the same password', async (t) => {
  t.equal(normalPassword('ﬁλοσοφία'), normalPassword('fiλοσοφία'.normalize('NFD')))
  const { api, stranger } = await startSaka(t)
  const password = 'Ἀθηναία θάλασσα μολύβι'
  await api.made('/users', { ...maria, roles: [], password: password.normalize('NFD') })
  const signIn = (text: string) => stranger.post('/session', { email: maria.email, password: text })
  t.match(await signIn(password.normalize('NFC')), { status: 201 })
  t.match(await signIn(password.toLowerCase()), { status: 401 }, 'but case counts')
})

t.test('a password of two hundred characters is taken whole', async (t) => {
  const { api, stranger } = await startSaka(t)
  const password = 'οκτώ λέξεις '.repeat(16) + 'οκτώ νέες'.slice(0, 8)
  t.equal([...password].length, 200)
  await api.made('/users', { ...maria, roles: [], password })
  t.match(await stranger.post('/session', { email: maria.email, password }), { status: 201 })
  const shorter = { email: maria.email, password: password.slice(0, -1) }
  t.match(await stranger.post('/session', shorter), { status: 401 }, 'nothing is cut off')
  t.match(await api.post('/users', { ...maria, roles: [], password: `${password}!` }), { status: 400 })
})

t.test('a weak password is refused wherever one is set, and the account stays as it was', async (t) => {
  const { api, stranger } = await startSaka(t)
  const refused = { status: 422, json: { code: 'weak_password', reason: 'common', detail: /Take four words/ } }
  t.match(await api.post('/users', { ...maria, roles: [], password: 'Qwerty123456' }), refused)
  t.match((await api.get('/users')).json.items, [])
  const password = 'correct horse battery'
  const { id } = await api.made('/users', { ...maria, roles: [], password })
  t.match(await api.patch(`/users/${id}`, { password: 'Superman!2023' }), refused)
  const renamed = { name: 'Ακατανόμαστη', password: 'ακατανόμαστη!' }
  t.match(await api.patch(`/users/${id}`, renamed), { json: { reason: 'personal' } }, 'by the name that is to be')
  t.match(await api.patch('/users/01890a5d-ac96-774b-bcce-b302099a8057', { password }), { status: 404 })
  t.match(await stranger.post('/session', { email: maria.email, password }), { status: 201 })
})
