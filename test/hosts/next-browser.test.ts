import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createNextExample, type NextProject, type RunningProcess } from './next-project.ts'

/** Debian's. */
const CHROMIUM = '/usr/bin/chromium'
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

describe.skipIf(!existsSync(CHROMIUM))('examples/next in Chromium', () => {
  let project: NextProject | undefined
  let server: RunningProcess | undefined
  let browser: BrowserContext | undefined
  let profile = ''
  let page: Page
  const problems: string[] = []

  beforeAll(async () => {
    project = await createNextExample('browser')
    await project.everyroute('typegen')
    await project.build()
    server = await project.start()
    profile = await mkdtemp(join(tmpdir(), 'everyroute-chromium-'))
    browser = await chromium.launchPersistentContext(profile, { executablePath: CHROMIUM, headless: true, args: ARGUMENTS })
    page = await browser.newPage()
    page.on('pageerror', (error) => problems.push(error.message))
    await page.goto(server.origin)
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    await project?.remove()
    if (profile) await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  })

  const names = () => page.getByRole('list', { name: 'Users' }).getByRole('listitem')
  const add = async (name: string, email: string) => {
    await page.getByLabel('Name').fill(name)
    await page.getByLabel('E-mail').fill(email)
    await page.getByRole('button', { name: 'Add' }).click()
  }
  const alert = () => page.getByRole('main').getByRole('alert')

  test('lists the users', async () => {
    await names().first().waitFor()
    expect(await names().allInnerTexts()).toEqual([expect.stringContaining('Ada Lovelace (ada@example.com)')])
  })

  test('checks the form by the schema that the API has', async () => {
    await add('Grace Hopper', 'nobody')
    await alert().getByText('Give an e-mail address').waitFor()
    expect(await names().count()).toBe(1)
  })

  test('adds one, which is there after a reload too', async () => {
    await add('Grace Hopper', 'Grace@example.com')
    await names().nth(1).waitFor()
    await page.reload()
    await names().nth(1).waitFor()
    expect((await names().allInnerTexts())[1]).toContain('Grace Hopper (grace@example.com)')
  })

  test('shows what the API refuses', async () => {
    await add('Another Grace', 'grace@example.com')
    await alert().getByText('This e-mail address is taken').waitFor()
    expect(await names().count()).toBe(2)
  })

  test('deletes one', async () => {
    await page.getByRole('button', { name: 'Delete Grace Hopper' }).click()
    await expect.poll(() => names().count()).toBe(1)
    const answers = await page.evaluate(async () => {
      const read = await fetch('/api/users/2')
      return [read.status, await read.text(), (await (await fetch('/api/users')).json()).data.length]
    })
    expect(answers).toEqual([404, '', 1])
  })

  test('nothing failed on the page or in the server', () => {
    expect(problems).toEqual([])
    expect(server!.output()).not.toMatch(/error/i)
  })
})
