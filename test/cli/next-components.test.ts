import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CLI, createProject, everyroute, type RunningServer, startProcess } from './project.js'

const COMPONENTS = 'next/dist/client/components'

/** A helper as many an API has one, in which a thrown redirect must not become an answer of 500. */
const PROJECT = {
  'lib/guarded.ts': `import { isHTTPAccessFallbackError, getAccessFallbackHTTPStatus } from '${COMPONENTS}/http-access-fallback/http-access-fallback'
import { isNextRouterError } from '${COMPONENTS}/is-next-router-error.js'
import { getRedirectStatusCodeFromError, getRedirectTypeFromError, getURLFromRedirectError } from '${COMPONENTS}/redirect'
import { isRedirectError, type RedirectError } from '${COMPONENTS}/redirect-error'

const redirectOf = (error: RedirectError) => [getURLFromRedirectError(error), getRedirectTypeFromError(error), getRedirectStatusCodeFromError(error)]

export const guarded = (work: () => Promise<Response>) => async (request: Request) => {
  try {
    return await work()
  } catch (error) {
    if (isNextRouterError(error) && !new URL(request.url).searchParams.has('tell')) throw error
    if (isRedirectError(error)) return Response.json(redirectOf(error))
    if (isHTTPAccessFallbackError(error)) return Response.json(getAccessFallbackHTTPStatus(error))
    return Response.json({ told: String(error), url: getURLFromRedirectError(error) }, { status: 418 })
  }
}
`,
  'routes/[what]/route.ts': `import { notFound, redirect, permanentRedirect } from 'next/navigation'
import { getRedirectError } from '${COMPONENTS}/redirect'
import { guarded } from '../../lib/guarded'

const WORK = {
  moved: () => redirect('/a;b?c=1'),
  gone: () => permanentRedirect('/d'),
  made: () => { throw getRedirectError('/e', 'push', 303) },
  none: () => notFound(),
  broken: () => { throw new Error('broken') },
}
export const GET = async (request: Request, { params }) => {
  const { what } = await params
  return guarded(async () => WORK[what]())(request)
}
`,
}

async function check(server: RunningServer): Promise<void> {
  const status = async (path: string) => (await server.get(path, { redirect: 'manual' })).status
  const told = async (path: string) => (await server.get(`${path}?tell`)).json()
  expect(await Promise.all(['/moved', '/gone', '/made', '/none', '/broken'].map(status))).toEqual([307, 308, 303, 404, 418])
  expect(await told('/moved')).toEqual(['/a;b?c=1', 'replace', 307])
  expect(await told('/gone')).toEqual(['/d', 'replace', 308])
  expect(await told('/made')).toEqual(['/e', 'push', 303])
  expect(await told('/none')).toBe(404)
  expect(await told('/broken')).toEqual({ told: 'Error: broken', url: null })
}

test('what tells thrown redirects works outside Next.js: build', async () => {
  const dir = await createProject(PROJECT)
  expect(await everyroute(dir, ['build'])).toMatchObject({ code: 0, stderr: '' })
  await check(await startProcess(join(dir, '.output'), ['server.mjs'], { env: { PORT: '0', HOST: '127.0.0.1' } }))
})

// Also where Next.js is installed, whose own module of that name is another.
test.each([false, true])('what tells thrown redirects works outside Next.js: dev, with packages: %s', async (packages) => {
  const dir = await createProject(PROJECT, { packages })
  await check(await startProcess(dir, [CLI, 'dev', '--port', '0', '--host', '127.0.0.1'], {}))
})
