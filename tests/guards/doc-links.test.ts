import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import t from 'tap'
import { projectRoot } from '../../src/platform/project-root.ts'

const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8')
const filesIn = (folder: string) =>
  readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' }).map((file) => posix.join(folder, file))
const files = [...readdirSync(projectRoot), ...['docs', 'jobs', 'openapi', 'src', 'tests'].flatMap(filesIn)].filter(
  (file) => /\.(md|ts|mjs|json|ya?ml)$/.test(file),
)
const pages = files.filter((file) => file.endsWith('.md'))

/** What GitHub calls the headings of a page: lower case, no punctuation, hyphens for spaces. */
function anchorsOf(page: string): string[] {
  const headings = read(page).matchAll(/^#+ (.+)$/gm)
  return [...headings].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

t.test('every relative link of a page leads to a file, and its anchor to a heading', async (t) => {
  const links = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)#?([^)\s]*)\)/g)].map(([, target, anchor]) => ({
      page,
      path: target ? posix.normalize(posix.join(dirname(page), target)) : page,
      anchor,
    })),
  )
  t.ok(links.length > 50, 'links were found')
  const isDead = ({ path, anchor }: { path: string; anchor?: string }) =>
    !existsSync(join(projectRoot, path)) || (anchor && !anchorsOf(path).includes(anchor))
  t.same(links.filter(isDead), [])
})

t.test('every page of docs that a page, a comment or a text names is there', async (t) => {
  const named = files.flatMap((file) =>
    [...read(file).matchAll(/\bdocs\/[\w/-]+\.md/g)].map(([page]) => ({ file, page })),
  )
  t.ok(named.length > 20, 'names were found')
  t.same(
    named.filter(({ page }) => !existsSync(join(projectRoot, page))),
    [],
  )
})
